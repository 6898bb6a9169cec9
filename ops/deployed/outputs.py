"""Reads a stack's outputs with the Pulumi CLI."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

from ops.errors import OpsError
from ops.stacks import ROOT, check_stack

NO_PULUMI = (
    "The Pulumi CLI is not installed, or not on the PATH. Install it: "
    "curl -fsSL https://get.pulumi.com | sh (or see https://www.pulumi.com/docs/install/)"
)


class NoOutputs(OpsError):
    """The stack's outputs cannot be read."""


def outputs(stack: str, *, show_secrets: bool = False) -> Mapping[str, Any]:
    """Return a stack's outputs; ``show_secrets``: with the values of secret ones.

    Raises:
        WrongUsage: the project has no such stack.
        NoOutputs: the Pulumi CLI is not installed, or fails.
    """
    check_stack(stack)
    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise NoOutputs(NO_PULUMI)
    secrets = ["--show-secrets"] if show_secrets else []
    asked = subprocess.run(
        [pulumi, "stack", "output", "--json", *secrets, "--stack", stack],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode:
        raise NoOutputs(
            f"The Pulumi CLI has no outputs of {stack!r}. It says: {asked.stderr.strip()}"
        )
    found: Mapping[str, Any] = json.loads(asked.stdout)
    return found


def region(found: Mapping[str, Any]) -> str:
    """Return a stack's region, from its outputs.

    Raises:
        NoOutputs: they name no function.
    """
    for entry in (found.get("releases") or {}).values():
        # arn:aws:lambda:<region>:<account>:function:<name>:<alias>
        return str(entry["alias"].split(":")[3])
    raise NoOutputs(
        "The stack has no output `releases`. It was deployed by an older version of this project: "
        "deploy it again."
    )
