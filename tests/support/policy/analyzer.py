"""The policy pack as the Pulumi CLI runs it, and what the engine asks it."""

import json
import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime import rpc
from pulumi.runtime.proto import analyzer_pb2 as proto
from pulumi.runtime.proto import analyzer_pb2_grpc

from blueprint.project import ROOT, project_name
from blueprint.recording import Recorder
from checks.policy.rules.model import UNKNOWN, Resource

PACK = ROOT / "checks" / "policy"
PYTHON = PACK / ".venv/bin/python"


class Pack:
    """A running policy pack."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = analyzer_pb2_grpc.AnalyzerStub(channel)

    def info(self) -> proto.AnalyzerInfo:
        return self._stub.GetAnalyzerInfo(empty_pb2.Empty())

    def configure(self, levels: Mapping[str, Any]) -> None:
        policies = {name: proto.PolicyConfig(enforcementLevel=v) for name, v in levels.items()}
        self._stub.Configure(proto.ConfigureAnalyzerRequest(policyConfig=policies))

    def analyze(self, resources: Iterable[proto.AnalyzerResource]) -> list[proto.AnalyzeDiagnostic]:
        """Analyze as the engine does: each resource before its creation, then the whole stack."""
        told = list(resources)
        found: list[proto.AnalyzeDiagnostic] = []
        for one in told:
            request = proto.AnalyzeRequest(
                type=one.type,
                properties=one.properties,
                urn=one.urn,
                name=one.name,
                options=one.options,
            )
            for diagnostic in self._stub.Analyze(request).diagnostics:
                diagnostic.urn = diagnostic.urn or one.urn
                found.append(diagnostic)
        found += self._stub.AnalyzeStack(proto.AnalyzeStackRequest(resources=told)).diagnostics
        return found


@contextmanager
def running(stack: str, settings: Mapping[str, str], *, preview: bool = False) -> Iterator[Pack]:
    """Run the pack as ``pulumi preview --policy-pack policy`` does.

    The CLI runs ``pulumi-analyzer-policy-python`` in the pack's folder, which runs this module by
    the Python of the pack's ``virtualenv`` option, and reads the port from its first line:
    https://github.com/pulumi/pulumi/blob/master/sdk/python/dist/pulumi-analyzer-policy-python
    """
    environment = {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PULUMI_", "PYTHON"))},
        "PULUMI_CONFIG": json.dumps(dict(settings)),
        "PULUMI_ORGANIZATION": "organization",
        "PULUMI_PROJECT": project_name(),
        "PULUMI_STACK": stack,
        "PULUMI_DRY_RUN": str(preview).lower(),
    }
    assert PYTHON.exists(), "the pack has no environment yet: make checks/policy/.venv/.done"
    command = [PYTHON, "-u", "-m", "pulumi.policy", "127.0.0.1:0", "."]
    with subprocess.Popen(command, cwd=PACK, env=environment, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().decode().strip()
            assert port.isdigit(), "the pack did not start"
            with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
                yield Pack(channel)
        finally:
            process.kill()


def as_told(recorder: Recorder) -> list[proto.AnalyzerResource]:
    """Return a run's resources as the engine sends them on, secret and unknown values included."""
    return [
        proto.AnalyzerResource(
            type=told.type,
            properties=told.object,
            urn=urn,
            name=told.name,
            parent=told.parent,
            dependencies=told.dependencies,
            propertyDependencies={
                name: proto.AnalyzerPropertyDependencies(urns=on.urns)
                for name, on in told.propertyDependencies.items()
            },
        )
        for urn, told in recorder.registrations.items()
    ]


def as_seen(resources: Iterable[Resource]) -> list[proto.AnalyzerResource]:
    """Return resources as the engine would send them on."""
    return [
        proto.AnalyzerResource(
            type=resource.type,
            properties=_struct(resource.properties),
            urn=resource.urn,
            name=resource.name,
            options=proto.AnalyzerResourceOptions(
                deleteBeforeReplace=resource.delete_before_replace,
                deleteBeforeReplaceDefined=resource.delete_before_replace,
            ),
            propertyDependencies={
                name: proto.AnalyzerPropertyDependencies(urns=urns)
                for name, urns in resource.references.items()
            },
        )
        for resource in resources
    ]


def _struct(properties: Mapping[str, Any]) -> struct_pb2.Struct:
    struct = struct_pb2.Struct()
    struct.update(_sent(properties))
    return struct


def _sent(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _sent(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_sent(item) for item in value]
    return rpc.UNKNOWN if value is UNKNOWN else value
