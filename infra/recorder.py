"""Runs the program without an engine or a cloud, and records what it registers.

For tests, and for the documents that are made from the program.
"""

import json
import os
import runpy
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pulumi
import yaml

ROOT = Path(__file__).parent.parent
PROJECT = "serverless-app"
ACCOUNT = "123456789012"
REGION = "eu-central-1"


@dataclass(frozen=True)
class Recorded:
    """One registered resource; ``inputs`` by their camelCase names, unknown ones left out."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    custom: bool


@dataclass
class Recorder(pulumi.runtime.Mocks):
    """Records resources, and answers as AWS would; in a preview, with nothing but the inputs."""

    preview: bool = False
    resources: list[Recorded] = field(default_factory=list)

    def new_resource(
        self, args: pulumi.runtime.MockResourceArgs
    ) -> tuple[str | None, dict[str, Any]]:
        """Record a resource; refuse a second one of the same type and name."""
        if any((r.type, r.name) == (args.typ, args.name) for r in self.resources):
            raise ValueError(f"two resources are called {args.name!r} of type {args.typ}")
        self.resources.append(Recorded(args.typ, args.name, args.inputs, bool(args.custom)))
        if self.preview:
            return None, dict(args.inputs)
        return f"{args.name}-id", {**_computed(args.typ, args.name), **args.inputs}

    def call(
        self, args: pulumi.runtime.MockCallArgs
    ) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer what the program asks of its account."""
        answers = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getPartition:getPartition": {"partition": "aws"},
            "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
                "userName": "AWS",
                "password": "token",
            },
        }
        return answers[args.token], []

    def all(self, type_: str) -> list[Recorded]:
        """Give the resources of one type, such as ``aws:sqs/queue:Queue``."""
        return [r for r in self.resources if r.type == type_]

    def one(self, type_: str, name: str) -> Recorded:
        """Give one resource by type and name.

        Raises:
            LookupError: there is none; names those there are.
        """
        for resource in self.all(type_):
            if resource.name == name:
                return resource
        raise LookupError(f"no {type_} {name!r}; there are {[r.name for r in self.all(type_)]}")


@dataclass(frozen=True)
class Run:
    """What running the program gave: its resources, its exports, its global names."""

    recorder: Recorder
    outputs: Mapping[str, Any]
    names: Mapping[str, Any]


def stack_settings(stack: str) -> dict[str, Any]:
    """Read the configuration of ``Pulumi.<stack>.yaml``, by key."""
    text = (ROOT / f"Pulumi.{stack}.yaml").read_text()
    settings: dict[str, Any] = yaml.safe_load(text)["config"]
    return settings


def run(stack: str, *, preview: bool = False, settings: Mapping[str, Any] | None = None) -> Run:
    """Run ``__main__.py`` for a stack.

    Args:
        stack: which ``Pulumi.<stack>.yaml`` configures it.
        preview: as ``pulumi preview`` of a new stack, where every computed output is unknown.
        settings: keys that replace those of the file, such as ``serverless-app:api``.
    """
    recorder = Recorder(preview=preview)
    names: dict[str, Any] = {}

    def program() -> None:
        names.update(runpy.run_path(str(ROOT / "__main__.py")))

    use(stack, recorder, {**stack_settings(stack), **(settings or {})})
    before = Path.cwd()
    os.chdir(ROOT)
    try:
        pulumi.runtime.test(program)()  # type: ignore[no-untyped-call]
    finally:
        os.chdir(before)
    stack_resource = pulumi.runtime.get_root_resource()
    outputs = dict(getattr(stack_resource, "outputs", {}))
    return Run(recorder, outputs, names)


def use(stack: str, recorder: Recorder, settings: Mapping[str, Any]) -> None:
    """Set the recorder and a stack's configuration for what runs next."""
    sys.path[:] = [str(ROOT), *(p for p in sys.path if p != str(ROOT))]
    pulumi.runtime.set_all_config({key: _encoded(value) for key, value in settings.items()}, [])
    pulumi.runtime.set_mocks(recorder, project=PROJECT, stack=stack, preview=recorder.preview)


def _encoded(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _computed(type_: str, name: str) -> dict[str, Any]:
    """Outputs that AWS computes, as far as the program reads them."""
    service = type_.split(":")[1].split("/")[0]
    arn = f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"
    return {
        "arn": arn,
        "name": name,
        "bucket": name,
        "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
        "version": "1",
        "value": "key",
        "digest": f"sha256:{'0' * 64}",
        "registryId": ACCOUNT,
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}",
        "streamArn": f"{arn}/stream",
        "invokeArn": f"{arn}/invocations",
        "invokeUrl": f"https://{name}.example.com/stage",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{name}",
        "rootResourceId": "root",
        "regionalDomainName": "d.example.com",
        "regionalZoneId": "Z1",
        "dkimSigningAttributes": {"tokens": ["one", "two", "three"]},
    }
