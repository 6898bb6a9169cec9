"""Edits while functions run as containers: the next invocation runs them."""

import json
import shutil
from pathlib import Path

import pytest

from local import cloud as local_cloud
from local.cloud import Cloud
from local.project import ROOT
from tests.support import samples
from tests.support.images.bases import Bases


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Copy the sources of the functions, to edit them."""
    shutil.copytree(
        ROOT / "handlers", tmp_path / "handlers", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path


def invoke(cloud: Cloud, function: str) -> str:
    event = samples.event(function.replace("-", "_"))
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.functions[function].name, Payload=json.dumps(event).encode()
    )
    return str(answer["Payload"].read().decode())


def test_an_edit_is_live_at_the_next_invocation(
    bases: Bases, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BASE_IMAGE", bases.native)
    handler = project / "handlers" / "get_user" / "handler.py"
    source = handler.read_text()
    with local_cloud.start(docker=True, live=project) as cloud:
        assert json.loads(invoke(cloud, "get-user"))["statusCode"] == 404
        for number in range(3):
            handler.write_text(f"{source}\n\ndef handler(event, context):\n    return {number}\n")
            assert invoke(cloud, "get-user") == str(number)
        handler.write_text("import nowhere\n")
        assert "No module named 'nowhere'" in invoke(cloud, "get-user")
        handler.write_text(source)
        assert json.loads(invoke(cloud, "get-user"))["statusCode"] == 404
        assert not list(project.rglob("__pycache__"))
