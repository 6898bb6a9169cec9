"""Records what a run of the program registers, without creating it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pulumi.runtime import mocks
from pulumi.runtime.proto import resource_pb2

from blueprint.runner import plain

ACCOUNT = "123456789012"
REGION = "eu-central-1"

Key = tuple[str, str]
"""A resource's type and logical name."""

Answer = tuple[str | None, dict[str, Any]]
"""A new resource's id and outputs."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """A resource's options, as the engine receives them.

    Attributes:
        parent: the component that it is in; at the top, the stack (``pulumi:pulumi:Stack``).
        depends_on: resources that the engine makes first: those it names and those it reads from.
        protect: whether the engine refuses to delete it.
        retain_on_delete: whether deleting it leaves the real resource in place.
        delete_before_replace: whether a replacement is made after the old one is deleted.
        ignore_changes: inputs that count only when the resource is created.
    """

    parent: Key
    depends_on: frozenset[Key]
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    ignore_changes: frozenset[str]


@dataclass(frozen=True)
class Recorded:
    """One registered resource; ``inputs`` by their camelCase names, unknown ones left out."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    custom: bool
    options: Options


@dataclass
class Recorder(mocks.Mocks):
    """Records resources, and answers as AWS would; in a preview, with the inputs alone.

    ``registrations`` holds, by URN, each registration in the engine's own form, which also says
    what is unknown or secret, and which resources each property was made from.
    """

    preview: bool = False
    resources: list[Recorded] = field(default_factory=list)
    options: dict[Key, Options] = field(default_factory=dict)
    registrations: dict[str, resource_pb2.RegisterResourceRequest] = field(default_factory=dict)

    def new_resource(self, args: mocks.MockResourceArgs) -> Answer:
        """Record a resource, and answer with its id and outputs."""
        options = self.options[args.typ, args.name]
        inputs = plain(args.inputs)
        self.resources.append(Recorded(args.typ, args.name, inputs, bool(args.custom), options))
        if self.preview:
            return None, dict(args.inputs)
        return f"{args.name}-id", {**_computed(args.typ, args.name), **args.inputs}

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        """Answer a call of one of the provider's functions.

        Raises:
            LookupError: the recorder does not know the function.
        """
        service = args.args.get("service")
        answers: dict[str, dict[str, Any]] = {
            "aws:index/getCallerIdentity:getCallerIdentity": {"accountId": ACCOUNT},
            "aws:index/getRegion:getRegion": {"region": REGION},
            "aws:index/getPartition:getPartition": {
                "partition": "aws",
                "dnsSuffix": "amazonaws.com",
            },
            "aws:ecr/getAuthorizationToken:getAuthorizationToken": {
                "userName": "AWS",
                "password": "token",
            },
            "aws:ec2/getVpcEndpointService:getVpcEndpointService": {
                "serviceName": f"com.amazonaws.{REGION}.{service}",
                "availabilityZones": [f"{REGION}{zone}" for zone in "cab"],
                "vpcEndpointPolicySupported": True,
            },
        }
        if args.token not in answers:
            raise LookupError(
                f"the recorder has no answer for {args.token}; add one in blueprint/recording.py"
            )
        return answers[args.token], []

    def all(self, type_: str) -> list[Recorded]:
        """Return the resources of one type, such as ``aws:sqs/queue:Queue``."""
        return [r for r in self.resources if r.type == type_]

    def one(self, type_: str, name: str) -> Recorded:
        """Return one resource by type and name.

        Raises:
            LookupError: there is none; the message lists those of the type.
        """
        for resource in self.all(type_):
            if resource.name == name:
                return resource
        raise LookupError(f"no {type_} {name!r}; there are {[r.name for r in self.all(type_)]}")


class Monitor(mocks.MockMonitor):
    """Passes on to the recorder what Pulumi's mocks do not see."""

    def __init__(self, recorder: Recorder) -> None:
        super().__init__(recorder)
        self._recorder = recorder

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802
        """Record a resource's options.

        Raises:
            ValueError: another one has its type and name.
        """
        urn = self.make_urn(request.parent, request.type, request.name)
        self._recorder.registrations[urn] = request
        options = Options(
            parent=_key(request.parent) if request.parent else ("", ""),
            depends_on=frozenset(_key(urn) for urn in request.dependencies),
            protect=request.protect,
            retain_on_delete=request.retainOnDelete,
            delete_before_replace=request.deleteBeforeReplace,
            ignore_changes=frozenset(request.ignoreChanges),
        )
        known = self._recorder.options.setdefault((request.type, request.name), options)
        if known is not options:
            raise ValueError(f"two resources are called {request.name!r} of type {request.type}")
        return super().RegisterResource(request)  # type: ignore[no-untyped-call]


def _key(urn: str) -> Key:
    types, name = urn.split("::")[2:4]
    return types.rpartition("$")[2], name


def arn(type_: str, name: str) -> str:
    """Return the ARN that a resource has in a recording."""
    _, module, kind = type_.split(":")
    service = "logs" if kind == "LogGroup" else module.split("/")[0]
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{name}"


def _computed(type_: str, name: str) -> dict[str, Any]:
    """Return the outputs that AWS computes, as far as the program reads them."""
    resource_arn = arn(type_, name)
    return {
        "arn": resource_arn,
        "name": name,
        "bucket": name,
        "bucketRegionalDomainName": f"{name}.s3.{REGION}.amazonaws.com",
        "url": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{name}",
        "version": "1",
        "value": "key",
        "clientSecret": "secret",
        "digest": f"sha256:{'0' * 64}",
        "registryId": ACCOUNT,
        "repositoryUrl": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{name}",
        "prefixListId": f"pl-{name}",
        "streamArn": f"{resource_arn}/stream",
        "invokeArn": f"{resource_arn}/invocations",
        "invokeUrl": f"https://{name}.example.com/stage",
        "executionArn": f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{name}",
        "rootResourceId": "root",
        "uris": {"GRAPHQL": f"https://{name}.appsync-api.{REGION}.amazonaws.com/graphql"},
        "apiEndpoint": f"wss://{name}.execute-api.{REGION}.amazonaws.com",
        "regionalDomainName": "d.example.com",
        "regionalZoneId": "Z1",
        "dkimSigningAttributes": {"tokens": ["one", "two", "three"]},
    }
