"""The scanners' own environment, which `make scan` makes: their pins fit no other."""

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from blueprint.project import ROOT
from checks.scan.schema import Schema

FOLDER = ROOT / ".venv-scan"
BIN = FOLDER / "bin"
WORKERS = Path(__file__).parent / "workers"


class BrokenScannerError(RuntimeError):
    """A scanner gave no answer."""


def schema() -> Schema:
    """Return the Terraform provider's schema.

    Raises:
        FileNotFoundError: the scanners are not installed.
    """
    packages = next(FOLDER.glob("lib/python3.*/site-packages"), FOLDER)
    return Schema(packages / "cdktf_cdktf_provider_aws")


def worker(name: str, arguments: Sequence[str] = (), given: Any = None) -> Any:
    """Run one of the workers; give what it answers.

    Raises:
        BrokenScannerError: it failed; with what it wrote.
    """
    done = subprocess.run(
        [str(BIN / "python"), str(WORKERS / f"{name}.py"), *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BrokenScannerError(f"{name} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)
