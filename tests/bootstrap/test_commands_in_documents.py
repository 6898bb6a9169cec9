"""What the documents tell people to type and to open is there."""

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from blueprint.project import ROOT
from cli import app
from tests.support.accounts import account, deployed

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
TARGETS = set(re.findall(r"^([a-z./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# https://www.pulumi.com/docs/iac/cli/commands/
PULUMI = {
    "cancel", "config set", "destroy", "login", "preview", "stack change-secrets-provider",
    "stack export", "stack import", "stack init", "stack output", "stack rename", "stack rm",
    "state unprotect", "up",
}  # fmt: skip


def code(document: Path) -> Iterator[str]:
    """Yield all code: blocks, and what stands between backticks in the text."""
    text = document.read_text()
    blocks = re.findall(r"^ *```sh\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    yield from blocks
    yield from re.findall(r"`([^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def found(pattern: str, *, least: int = 4) -> set[tuple[str, str]]:
    """Return (document, what the pattern's group is) of each place in code."""
    places = {
        (document.name, match)
        for document in DOCUMENTS
        for piece in code(document)
        for match in re.findall(pattern, piece)
    }
    assert len(places) >= least, pattern
    return places


def test_make_knows_its_targets() -> None:
    assert [p for p in found(r"\bmake ([a-z./-]+)") if p[1] not in TARGETS] == []


def test_modules_can_be_run() -> None:
    modules = found(r"python -m ([a-z._]+)")
    assert [p for p in modules if importlib.util.find_spec(p[1]) is None] == []


def test_app_has_these_commands() -> None:
    commands = {command.name for command in get_command(app).commands.values()}
    assert [p for p in found(r"\bapp ([a-z]+)\b", least=2) if p[1] not in commands] == []


def test_pulumi_has_these_commands() -> None:
    commands = found(r"\bpulumi ((?:stack|config|state) [a-z-]+|[a-z]+)\b")
    assert [p for p in commands if p[1] not in PULUMI] == []


def test_outputs_are_told() -> None:
    outputs = {*account().outputs, *deployed("dev").outputs, *deployed("prod").outputs}
    asked = found(r"stack output ([a-z_]+)")
    assert [p for p in asked if p[1] not in outputs] == []


def test_files_are_there() -> None:
    paths = found(
        r"(?:^|[ /])((?:bootstrap|blueprint|checks|infra|ops|tests|handlers)/[a-z_/]+"
        r"\.(?!venv)[a-z]+)"
    )
    assert [p for p in paths if not (ROOT / p[1]).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text()):
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, target


def test_the_roles_that_the_document_names_are_those_that_are_made() -> None:
    text = (ROOT / "docs" / "deploying.md").read_text()
    names = {r.inputs["name"] for r in account().recorder.resources if "name" in r.inputs}
    named = set(re.findall(r"(?:role|policy)/([a-z-]+)", text))
    assert named
    assert named <= names


def test_the_size_of_the_deploy_role_is_as_written() -> None:
    attached = [
        r
        for r in account().recorder.all("aws:iam/rolePolicyAttachment:RolePolicyAttachment")
        if r.name.startswith("deploy-prod-")
    ]
    assert len(attached) == 9
    assert "the deploy role has nine" in (ROOT / "docs" / "deploying.md").read_text()
