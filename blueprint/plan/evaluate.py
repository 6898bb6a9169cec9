"""Runs one tree's program, and writes what it registers: ``python -P evaluate.py STACK``.

It runs as a file, in a process of its own, in the tree's folder; PYTHONPATH names this tree. The
program and all that it imports are the tree's; the recorder is this one's, whatever the tree looks
like. Reads from PLAN_KEY a key, by which secrets are masked, and writes JSON. Ends with a
message and 1 if the program fails, 2 if it refuses its configuration.
"""

import contextlib
import hashlib
import hmac
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pulumi
from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime import mocks, rpc

from blueprint.documents.openapi import openapi
from blueprint.project import ROOT, ProjectError, load
from blueprint.recorder import record
from blueprint.recording import ACCOUNT, REGION, Recorded
from blueprint.references import ReferenceRecorder
from blueprint.runner import ProgramFailed

CREDENTIALS = ("aws:accessKey", "aws:secretKey", "aws:token")

Mask = Callable[[Any], Any]


@dataclass
class PlanRecorder(ReferenceRecorder):
    """Answers with the stack's own region, and with no account."""

    region: str = REGION

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer a call of one of the provider's functions."""
        answer, failures = super().call(args)
        text = json.dumps(answer).replace(ACCOUNT, "<account>").replace(REGION, self.region)
        return json.loads(text), failures


def masked(key: bytes) -> Mask:
    """Return a function that replaces secrets by marks, at any depth; equal ones by equal marks.

    Every plan has another key, so that a mark reveals nothing of its secret.
    """

    def mask(value: Any) -> Any:
        if rpc.is_rpc_secret(value):
            secret = json.dumps(value["value"], sort_keys=True).encode()
            return f"secret:{hmac.new(key, secret, hashlib.sha256).hexdigest()}"
        if isinstance(value, dict):
            return {name: mask(item) for name, item in value.items()}
        if isinstance(value, list):
            return [mask(item) for item in value]
        return int(value) if isinstance(value, float) and value.is_integer() else value

    return mask


def evaluate(tree: Path, stack: str, key: bytes) -> dict[str, Any]:
    """Run a tree's program, and return the fields of its snapshot."""
    mask = masked(key)
    project = load(stack, root=tree)
    recorder = PlanRecorder(region=project.config.get("aws:region", REGION))
    run = record(project, recorder)
    registered = {(r.type, r.name): r for r in recorder.registrations.values()}
    return {
        "resources": [
            {
                "type": resource.type,
                "name": resource.name,
                "custom": resource.custom,
                "inputs": mask(
                    json_format.MessageToDict(registered[resource.type, resource.name].object)
                ),
                "parent": resource.options.parent,
                "protect": resource.options.protect,
                "retain_on_delete": resource.options.retain_on_delete,
                "aliased": bool(registered[resource.type, resource.name].aliases),
            }
            for resource in recorder.resources
        ],
        "outputs": {
            name: mask(rpc.wrap_rpc_secret(value) if name in run.secrets else value)
            for name, value in run.outputs.items()
        },
        "openapi": api_document(tree, run.names),
        "images": {
            image.name: context_files(tree, image)
            for image in recorder.all("docker-build:index:Image")
        },
        "provider": {
            name: mask(rpc.wrap_rpc_secret(value) if name in CREDENTIALS else value)
            for name, value in project.config.items()
            if name.startswith("aws:")
        },
    }


def api_document(tree: Path, names: Mapping[str, Any]) -> dict[str, Any]:
    """Return the OpenAPI document of a tree's program; empty if it has none.

    Another tree's is its openapi.json. This tree may hold changes that `make documents` has not
    written yet, so its document is made from the program's ``api``.
    """
    if tree == ROOT:
        return openapi(names["api"]) if "api" in names else {}
    path = tree / "openapi.json"
    document: dict[str, Any] = json.loads(path.read_text()) if path.is_file() else {}
    return document


def context_files(tree: Path, image: Recorded) -> dict[str, str]:
    """Return the SHA-256 of each file in an image's build context, by path.

    Empty if the context is no folder of its own: then its files do not tell what the image holds.
    """
    context = (tree / image.inputs["context"]["location"]).resolve()
    if tree not in context.parents:
        return {}
    return {
        path.relative_to(context).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(context.rglob("*"))
        if path.is_file()
    }


def forget_this_tree(tree: Path) -> None:
    """Remove this tree's modules, so that the program imports its own, also ``blueprint``."""
    if tree == ROOT:
        return
    sys.path.remove(str(ROOT))
    for name in [name for name in sys.modules if name.split(".")[0] == "blueprint"]:
        del sys.modules[name]


def main() -> None:
    """Evaluate the program in this folder; what it prints goes to standard error."""
    key = os.environ["PLAN_KEY"].encode()
    tree = Path.cwd()
    forget_this_tree(tree)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = evaluate(tree, sys.argv[1], key)
    except ProgramFailed as error:
        sys.exit(str(error))
    except (ProjectError, pulumi.RunError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
