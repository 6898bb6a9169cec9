"""Commands, files and links in the documents exist."""

import importlib.util
import re
from pathlib import Path

import pytest
from typer.main import get_command

from blueprint.project import ROOT
from cli import app
from tests.support.documents import CHANGELOG, GUIDES, matches_in_guides

TARGETS = set(re.findall(r"^([a-z./-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
# https://www.pulumi.com/docs/iac/cli/commands/
PULUMI = {
    "cancel", "config set", "destroy", "import", "login", "preview",
    "stack change-secrets-provider", "stack export", "stack import", "stack init", "stack output",
    "stack rename", "stack rm", "state unprotect", "up",
}  # fmt: skip


EXAMPLE = "count_users"
"""The function that the README adds."""


def test_make_knows_its_targets() -> None:
    assert [p for p in matches_in_guides(r"\bmake ([a-z./-]+)") if p[1] not in TARGETS] == []


def test_workflows_run_targets_that_there_are() -> None:
    texts = [path.read_text() for path in (ROOT / ".github").rglob("*.yml")]
    lines = [line for text in texts for line in re.findall(r"^[^#\n]*\bmake (.+)$", text, re.M)]
    words = {word for line in lines for word in re.split(r"[^a-z -]", line)[0].split()}
    assert words
    assert words <= TARGETS


def test_modules_can_be_run() -> None:
    modules = matches_in_guides(r"python -m ([a-z._]+)", least=(ROOT / "checks/chaos").is_dir())
    assert [p for p in modules if importlib.util.find_spec(p[1]) is None] == []


def test_app_has_these_commands() -> None:
    commands = {command.name for command in get_command(app).commands.values()}
    assert [p for p in matches_in_guides(r"\bapp ([a-z]+)\b") if p[1] not in commands] == []


def test_pulumi_has_these_commands() -> None:
    commands = matches_in_guides(r"\bpulumi ((?:stack|config|state) [a-z-]+|[a-z]+)\b")
    assert [p for p in commands if p[1] not in PULUMI] == []


def test_files_are_there() -> None:
    paths = matches_in_guides(
        r"(?:^|[ /])((?:bootstrap|blueprint|checks|infra|ops|tests|handlers)/[a-z_/]+"
        r"\.(?!venv)[a-z]+)"
    )
    missing = [p for p in paths if not (ROOT / p[1]).exists()]
    assert [p for p in missing if EXAMPLE not in p[1]] == []


def test_folders_are_there() -> None:
    folders = matches_in_guides(
        r"^((?:bootstrap|blueprint|checks|infra|local|ops|tests|handlers|images|docs)/[a-z_/]*)$"
    )
    missing = [p for p in folders if not (ROOT / p[1]).exists()]
    assert [p for p in missing if EXAMPLE not in p[1]] == []


@pytest.mark.parametrize("document", [*GUIDES, CHANGELOG], ids=lambda path: path.name)
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)\s]+)\)", document.read_text()):
        path, _, anchor = target.partition("#")
        linked = (document.parent / path).resolve() if path else document
        assert linked.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", linked.read_text(), re.MULTILINE)
            slugs = {re.sub(r"[^\w -]", "", h.lower()).replace(" ", "-") for h in headings}
            assert anchor in slugs, target


def test_the_readme_is_a_start_page() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("document", sorted((ROOT / "docs").glob("*.md")), ids=lambda p: p.name)
def test_every_document_is_reached_from_the_readme(document: Path) -> None:
    assert f"](docs/{document.name})" in (ROOT / "README.md").read_text()
