"""A stack's outputs, as the Pulumi CLI knows them."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class NoOutputs(Exception):
    """Says what is wrong and what to do; printed without a traceback."""


def outputs(stack: str) -> Mapping[str, Any]:
    """Ask the Pulumi CLI for a stack's outputs.

    Raises:
        NoOutputs: the CLI is not installed, or says what is wrong.
    """
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise NoOutputs(
            "The Pulumi CLI is not installed, or not on the PATH: "
            "https://www.pulumi.com/docs/install/"
        )
    asked = subprocess.run(
        [pulumi, "stack", "output", "--json", "--stack", stack],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise NoOutputs(f"The Pulumi CLI gives no outputs of {stack!r}: {asked.stderr.strip()}")
    found: Mapping[str, Any] = json.loads(asked.stdout)
    return found
