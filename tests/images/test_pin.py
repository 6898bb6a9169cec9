"""`app pin` writes what the base image's registry says, as Docker reads it."""

import shutil
from pathlib import Path

import pytest

import cli
from blueprint.project import ROOT, project_name, stack_settings
from local.engine import Engine
from tests.support.images.bases import Bases
from tests.support.images.registry import push


@pytest.fixture
def stack_file(tmp_path: Path, registry: str) -> Path:
    """Return the file of the stack ``local``, whose base is in a registry."""
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)
    text = (ROOT / "Pulumi.local.yaml").read_text().replace("arm64", "x86_64")
    file = tmp_path / "Pulumi.local.yaml"
    file.write_text(f"{text}  {project_name()}:images:\n    base: {registry}/python:3.13\n")
    return file


def base(stack_file: Path) -> str:
    settings = stack_settings("local", stack_file.parent)
    return str(settings[f"{project_name()}:images"]["base"])


def test_the_pin_follows_the_tag(
    engine: Engine,
    bases: Bases,
    registry: str,
    stack_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if engine.platform != "linux/amd64":
        stack_file.write_text(stack_file.read_text().replace("x86_64", "arm64"))
    name = f"{registry}/python:3.13"
    first = push(engine.client, bases.native, f"{registry}/python", "3.13")
    assert cli.main(["pin", "local"], root=stack_file.parent) == 0
    assert base(stack_file) == f"{name}@{first}"
    assert capsys.readouterr().out.startswith(f"local: {name} → {name}@{first}\n")

    dockerfile = f"FROM {bases.native}\nLABEL moved=1\n"
    newer = engine.build("a newer base", {"Dockerfile": dockerfile.encode()})
    second = push(engine.client, newer, f"{registry}/python", "3.13")
    assert cli.main(["pin", "local"], root=stack_file.parent) == 0
    assert first != second
    assert base(stack_file) == f"{name}@{second}"


def test_a_base_for_another_processor_is_refused(
    engine: Engine,
    bases: Bases,
    registry: str,
    stack_file: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    push(engine.client, bases.native, f"{registry}/python", "3.13")
    other = {"linux/amd64": "arm64", "linux/arm64": "x86_64"}[engine.platform]
    stack_file.write_text(stack_file.read_text().replace("x86_64", other))
    assert cli.main(["pin", "local"], root=stack_file.parent) == 1
    assert f"does not exist for {bases.foreign_platform}" in capsys.readouterr().err


def test_a_base_that_is_not_there_is_named(
    registry: str, stack_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["pin", "local"], root=stack_file.parent) == 1
    assert f"error: Docker cannot look up {registry}/python:3.13: " in capsys.readouterr().err
    assert base(stack_file) == f"{registry}/python:3.13"
