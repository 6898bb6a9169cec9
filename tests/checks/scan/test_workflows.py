"""GitHub's workflows, checked by actionlint, zizmor, shellcheck and our own rules."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from blueprint.project import ROOT
from checks.scan.environment import BIN

GITHUB = ROOT / ".github"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
ACTIONS = sorted((GITHUB / "actions").glob("*/action.yml"))
SCRIPTS = [
    ROOT / ".ci" / "run",
    ROOT / ".ci" / "docker-engine",
    GITHUB / "ephemeral-stack",
    GITHUB / "comment",
]


def read(path: Path) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load(path.read_text())
    return found


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in WORKFLOWS:
        for name, job in read(path)["jobs"].items():
            yield f"{path.name}: {name}", job


def steps() -> Iterator[dict[str, Any]]:
    for _, job in jobs():
        yield from job.get("steps", ())
    for path in ACTIONS:
        yield from read(path)["runs"]["steps"]


def run(
    program: str, *arguments: str | Path, folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / program, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the repository's workflows that a test can break."""
    shutil.copytree(GITHUB, tmp_path / ".github")
    (tmp_path / ".git").mkdir()
    return tmp_path


def replace(copy: Path, name: str, old: str, new: str) -> None:
    path = copy / ".github" / "workflows" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def test_actionlint_finds_nothing(copy: Path) -> None:
    done = run("actionlint", "-shellcheck", str(BIN / "shellcheck"))
    assert (done.returncode, done.stdout) == (0, "")
    replace(copy, "deploy.yml", "needs: checks", "needs: cheks")
    replace(copy, "deploy-stack.yml", "run: make deploy", "run: cd $STACK && make deploy")
    found = run("actionlint", "-shellcheck", str(BIN / "shellcheck"), folder=copy).stdout
    assert 'needs job "cheks"' in found
    assert "SC2086" in found


def zizmor(folder: Path) -> set[str]:
    done = run("zizmor", "--offline", "--format", "json", ".", folder=folder)
    return {found["ident"] for found in json.loads(done.stdout) if not found["ignored"]}


@pytest.mark.parametrize(
    ("name", "old", "new", "audit"),
    [
        ("checks.yml", "@3d3c42e5aac5ba805825da76410c181273ba90b1", "@v7", "unpinned-uses"),
        ("plan.yml", "  pull_request:", "  pull_request_target:", "dangerous-triggers"),
        ("deploy-stack.yml", "persist-credentials: false", "fetch-depth: 1", "artipacked"),
        ("plan.yml", 'echo "$NUMBER"', 'echo "${{ github.head_ref }}"', "template-injection"),
    ],
)
def test_zizmor_finds_nothing(copy: Path, name: str, old: str, new: str, audit: str) -> None:
    assert zizmor(ROOT) == set()
    replace(copy, name, old, new)
    assert audit in zizmor(copy)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_shellcheck_finds_nothing(path: Path, tmp_path: Path) -> None:
    done = run("shellcheck", path)
    assert (done.returncode, done.stdout) == (0, "")
    broken = tmp_path / "broken"
    broken.write_text(f"{path.read_text()}\ncd $1\n")
    assert "SC2086" in run("shellcheck", broken).stdout


def test_every_action_is_pinned_and_says_its_version() -> None:
    used = [
        line.strip()
        for path in (*WORKFLOWS, *ACTIONS)
        for line in path.read_text().splitlines()
        if "uses:" in line and "uses: ./" not in line
    ]
    assert len(used) > 10
    pinned = re.compile(r"(- )?uses: [\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+")
    assert [line for line in used if not pinned.fullmatch(line)] == []


def test_every_job_says_what_it_may() -> None:
    assert [path.name for path in WORKFLOWS if read(path)["permissions"] != {}] == []
    wide = {
        name: kept
        for name, job in jobs()
        if (kept := {k: v for k, v in job["permissions"].items() if v == "write"})
    }
    assert wide == {
        "deploy.yml: dev": {"id-token": "write"},
        "deploy.yml: prod": {"id-token": "write"},
        "deploy-stack.yml: deploy": {"id-token": "write"},
        "plan.yml: preview": {"id-token": "write"},
        "plan-comment.yml: comment": {"pull-requests": "write"},
        "preview-env.yml: up": {"id-token": "write", "pull-requests": "write"},
        "preview-env.yml: down": {"id-token": "write", "pull-requests": "write"},
        "sweep.yml: sweep": {"id-token": "write"},
    }


def test_no_key_is_stored() -> None:
    texts = {path.name: path.read_text() for path in (*WORKFLOWS, *ACTIONS)}
    assert [
        name for name, text in texts.items() if re.search(r"\bsecrets\.|access-key", text)
    ] == []


def test_what_takes_an_identity_in_aws_runs_no_fork() -> None:
    """GitHub gives a fork's pull request no token; the workflows check it as well."""
    for name, job in jobs():
        if job["permissions"].get("id-token") and name.startswith(("plan", "preview")):
            own = "github.event.pull_request.head.repo.full_name == github.repository"
            assert own in job["if"], name


def commands() -> str:
    matrix = [
        entry["commands"]
        for _, job in jobs()
        for entry in job.get("strategy", {}).get("matrix", {}).get("include", ())
    ]
    return "\n".join([*(step.get("run", "") for step in steps()), *matrix])


def test_checks_are_what_lands_a_change() -> None:
    def make_targets(text: str) -> set[str]:
        found = re.findall(r"^make(?: --\S+)*((?: [a-z][\w-]*)+)(?: [A-Z]+=\S+)*$", text, re.M)
        return {target for targets in found for target in targets.split()}

    include = read(GITHUB / "workflows" / "checks.yml")["jobs"]["checks"]["strategy"]["matrix"]
    checks = make_targets("\n".join(entry["commands"] for entry in include["include"]))
    assert checks == make_targets((ROOT / ".ci" / "run").read_text())


def test_every_command_is_there() -> None:
    texts = [commands(), *(path.read_text() for path in SCRIPTS)]
    make_targets = re.findall(r"\bmake((?: [a-z.][\w./-]*)+)", "\n".join(texts))
    targets = {target for found in make_targets for target in found.split()}
    assert {"check", "test-images", "deploy", "release", "rollback", "smoke"} <= targets
    makefile = (ROOT / "Makefile").read_text()
    known = set(re.findall(r"^([\w./-]+):(?!=)", makefile, re.M))
    assert targets - known == set()


def test_stacks_and_versions_are_the_projects() -> None:
    names = {"dev", "prod"}
    assert read(GITHUB / "workflows" / "plan.yml")["jobs"]["preview"]["strategy"]["matrix"][
        "stack"
    ] == sorted(names)
    assert all((ROOT / f"Pulumi.{name}.yaml").is_file() for name in names)
    pinned = re.search(r"^pulumi==([\d.]+)", (ROOT / "requirements.txt").read_text(), re.M)
    assert pinned
    [cli] = [step["with"] for step in steps() if step.get("uses", "").startswith("pulumi/actions")]
    assert cli == {"pulumi-version": pinned[1]}
