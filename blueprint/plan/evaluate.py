"""Run one tree's program, and write what it registers: ``python -P evaluate.py STACK``.

Run as a file, in a process of its own, with PYTHONPATH naming the tree: everything it imports is
that tree's. Takes a key from PLAN_KEY, by which secrets are masked, and writes JSON. Ends with
1 and a message where the program refuses its configuration, or the tree's recorder is too old.
"""

import contextlib
import dataclasses
import hashlib
import hmac
import inspect
import json
import os
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pulumi
from google.protobuf import json_format  # type: ignore[import-untyped]
from pulumi.runtime import mocks, rpc

from blueprint import recorder
from blueprint.documents.documents import openapi
from blueprint.recording import ACCOUNT, REGION, Recorded, Recorder
from blueprint.references import References
from images import context

CREDENTIALS = ("aws:accessKey", "aws:secretKey", "aws:token")

Mask = Callable[[Any], Any]


class Planned(References):
    """Names the stack's own region, and no account."""

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer what the program asks of its account."""
        answer, failures = super().call(args)
        text = json.dumps(answer).replace(ACCOUNT, "<account>")
        region = pulumi.Config("aws").get("region")
        return json.loads(text.replace(REGION, region) if region else text), failures


def masked(key: bytes) -> Mask:
    """Make what puts marks in place of secrets, at any depth: equal ones for equal secrets.

    The key is another one in each plan, so that no mark tells anything of its secret.
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


def readable(setting: Any) -> Any:
    """Put a mark in place of what only Pulumi can decrypt (``secure:``), at any depth."""
    if isinstance(setting, dict):
        if set(setting) == {"secure"}:
            return f"encrypted:{hashlib.sha256(str(setting['secure']).encode()).hexdigest()}"
        return {name: readable(item) for name, item in setting.items()}
    return [readable(item) for item in setting] if isinstance(setting, list) else setting


def evaluate(stack: str, key: bytes) -> dict[str, Any]:
    """Run the program; give its resources, outputs, API, images' sources, provider's settings."""
    if "recorder" not in inspect.signature(recorder.run).parameters or not any(
        field.name == "registrations" for field in dataclasses.fields(Recorder)
    ):
        sys.exit("its blueprint/recorder.py is older than what a plan needs of it")
    mask = masked(key)
    settings = {name: readable(value) for name, value in recorder.stack_settings(stack).items()}
    run = recorder.run(stack, settings=settings, recorder=Planned)
    registered = {(r.type, r.name): r for r in run.recorder.registrations.values()}
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
            for resource in run.recorder.resources
        ],
        "outputs": {
            name: mask(rpc.wrap_rpc_secret(value) if name in run.secrets else value)
            for name, value in run.outputs.items()
        },
        "openapi": openapi(run.names["api"]),
        "images": images(run.recorder.all("docker-build:index:Image")),
        "provider": {
            name: mask(rpc.wrap_rpc_secret(value) if name in CREDENTIALS else value)
            for name, value in settings.items()
            if name.startswith("aws:")
        },
    }


def images(built: Iterable[Recorded]) -> dict[str, dict[str, str]]:
    """Return what each image is made of: by its logical name, paths and their contents' SHA-256."""
    return {
        image.name: {
            path.relative_to(recorder.ROOT).as_posix(): hashlib.sha256(
                path.read_bytes()
            ).hexdigest()
            for path in context.sources(image.inputs["buildArgs"]["FUNCTION"]).values()
        }
        for image in built
    }


def main() -> None:
    """Evaluate; what the program itself prints goes to standard error."""
    key = os.environ["PLAN_KEY"].encode()
    try:
        with contextlib.redirect_stdout(sys.stderr):
            found = evaluate(sys.argv[1], key)
    except pulumi.RunError as error:
        sys.exit(str(error))
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
