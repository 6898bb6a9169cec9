"""Runs ``.github/ephemeral-stack`` in a checkout of its own, as a workflow does."""

import json
import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from blueprint.project import ROOT
from blueprint.recorder import Run, run
from tests.support.stacks import PROJECT, of

STACK = "pr-12"
BOUNDARY = f"arn:aws:iam::123456789012:policy/{PROJECT}-bootstrap-pr-boundary"
PROVIDER = "awskms://alias/state?region=eu-central-1&context_stack="


def checkout(folder: Path) -> Path:
    """Copy what the script needs; a repository has no file of such a stack."""
    shutil.copytree(ROOT / ".github", folder / ".github")
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(ROOT / name, folder)
    return folder


def configure(folder: Path, environment: dict[str, str]) -> dict[str, Any]:
    """Run the script, and return the stack's file."""
    done = subprocess.run(
        [folder / ".github" / "ephemeral-stack"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "STACK": STACK,
            "SECRETS_PROVIDER": PROVIDER,
            "BOUNDARY": BOUNDARY,
            **environment,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, Any] = yaml.safe_load((folder / f"Pulumi.{STACK}.yaml").read_text())
    return found


@cache
def _made(settings: str) -> Run:
    return run("dev", settings=json.loads(settings))


def check(found: dict[str, Any]) -> None:
    """Fail unless a stack is as dev, without what an account has once, and within the boundary."""
    assert found["secretsprovider"] == f"{PROVIDER}{STACK}"
    dev = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())["config"]
    dev["aws:defaultTags"]["tags"]["Environment"] = STACK
    dev[f"{PROJECT}:permissionsBoundary"] = BOUNDARY
    dev[f"{PROJECT}:email"]["createIdentity"] = False
    dev.setdefault(f"{PROJECT}:api", {})["accountLogRole"] = False
    assert found["config"] == dev
    made = _made(json.dumps(dev))  # the program accepts it
    assert {r.inputs["permissionsBoundary"] for r in of(made, "iam/role:Role")} == {BOUNDARY}
    types = {r.type for r in made.recorder.resources}
    assert not types & {"aws:sesv2/emailIdentity:EmailIdentity", "aws:apigateway/account:Account"}
