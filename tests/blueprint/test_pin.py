"""`app pin` changes a stack's base image, and nothing else of its file."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from blueprint.pin.base_image import move, with_base
from blueprint.project import ROOT, ProjectError, project_name, stacks

PROJECT = project_name()
DIGEST = f"sha256:{'a' * 64}"
DEFAULT = "public.ecr.aws/lambda/python:3.13"


def resolve(name: str, platform: str) -> str:
    assert platform == "linux/arm64"
    return DIGEST


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for path in ROOT.glob("Pulumi*.yaml"):
        shutil.copy(path, tmp_path)
    return tmp_path


def settings(root: Path, stack: str) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((root / f"Pulumi.{stack}.yaml").read_text())
    return loaded


def test_the_pin_is_written_and_moved(root: Path) -> None:
    old = (root / "Pulumi.prod.yaml").read_text()
    first = move(root, "prod", resolve)
    assert (first.before, first.after) == (DEFAULT, f"{DEFAULT}@{DIGEST}")
    assert settings(root, "prod")["config"][f"{PROJECT}:images"]["base"] == first.after

    newer = f"sha256:{'b' * 64}"
    second = move(root, "prod", lambda name, platform: newer)
    assert (second.before, second.after) == (first.after, f"{DEFAULT}@{newer}")
    [line] = set((root / "Pulumi.prod.yaml").read_text().splitlines()) - set(old.splitlines())
    assert line == f"    base: {DEFAULT}@{newer}"
    third = move(root, "prod", lambda name, platform: newer)
    assert third.before == third.after == second.after


def test_its_architecture_is_asked_for(root: Path) -> None:
    asked: list[tuple[str, str]] = []

    def asking(name: str, platform: str) -> str:
        asked.append((name, platform))
        return DIGEST

    move(root, "local", asking)
    assert asked == [(DEFAULT, "linux/amd64")]


@pytest.mark.parametrize("stack", stacks())
def test_all_else_stays(root: Path, stack: str) -> None:
    before = settings(root, stack)
    text = (root / f"Pulumi.{stack}.yaml").read_text()
    changed = with_base(text, PROJECT, "x:1")
    before["config"].setdefault(f"{PROJECT}:images", {})["base"] = "x:1"
    assert yaml.safe_load(changed) == before
    assert [line for line in text.splitlines() if line not in changed.splitlines()] in (
        [],
        [line for line in text.splitlines() if line.strip().startswith("base:")],
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "config:\n  p:images:\n    base: b:1\n"),
        ("encryptionsalt: v1\n", "encryptionsalt: v1\nconfig:\n  p:images:\n    base: b:1\n"),
        ("config:\n  p:a: 1\n", "config:\n  p:images:\n    base: b:1\n  p:a: 1\n"),
        (
            "config:\n  p:images:\n    # why\n    keep: 5\n",
            "config:\n  p:images:\n    # why\n    base: b:1\n    keep: 5\n",
        ),
        (
            "config:\n  p:images:\n    base: 'a:1' # old\n",
            "config:\n  p:images:\n    base: b:1 # old\n",
        ),
        (
            "config:\n    p:images:\n        base: a:1@sha256:0\n        keep: 5\n",
            "config:\n    p:images:\n        base: b:1\n        keep: 5\n",
        ),
    ],
)
def test_forms_of_stack_files(text: str, expected: str) -> None:
    assert with_base(text, "p", "b:1") == expected


@pytest.mark.parametrize("base", ["python", f"localhost:5000/python@{DIGEST}"])
def test_a_base_without_a_tag_is_refused(root: Path, base: str) -> None:
    file = root / "Pulumi.prod.yaml"
    text = with_base(file.read_text(), PROJECT, base)
    file.write_text(text)
    with pytest.raises(ProjectError, match="no tag to look up"):
        move(root, "prod", resolve)
    assert file.read_text() == text


def test_an_unknown_stack_is_refused(root: Path) -> None:
    with pytest.raises(ProjectError, match=r"Pulumi\.nowhere\.yaml does not exist"):
        move(root, "nowhere", resolve)


def test_an_engine_that_does_not_answer_is_an_error(root: Path) -> None:
    code = (
        "import cli, pathlib, sys; "
        "sys.exit(cli.main(['pin', 'prod'], root=pathlib.Path(sys.argv[1])))"
    )
    environ = {**os.environ, "DOCKER_HOST": f"unix://{root}/none.sock"}
    before = (root / "Pulumi.prod.yaml").read_text()
    command = [sys.executable, "-c", code, str(root)]
    ended = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True)
    assert ended.returncode == 1
    assert ended.stderr.startswith(f"error: Docker cannot look up {DEFAULT}: ")
    assert (root / "Pulumi.prod.yaml").read_text() == before
