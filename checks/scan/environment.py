"""The scanners' environment, which `make scan` creates: their pins conflict with all others."""

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
    """A scanner failed."""


def schema() -> Schema:
    """Return the Terraform provider's schema.

    Raises:
        FileNotFoundError: the scanners are not installed.
    """
    packages = next(FOLDER.glob("lib/python3.*/site-packages"), FOLDER)
    return Schema(packages / "cdktf_cdktf_provider_aws")


def worker(name: str, arguments: Sequence[str] = (), given: Any = None) -> Any:
    """Run a worker and return its output.

    Raises:
        BrokenScannerError: the worker failed; the message has the end of its stderr.
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
