"""Maps Pulumi's resource types to the functions that make them in the emulator."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from local.aws import ACCOUNT_ID, Aws
from local.deployed import Deployed
from local.errors import LocalError
from local.naming import DEFAULT_PATTERN, auto_name


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where resources are made: the emulator and the project's folder; and what was deployed.

    Attributes:
        images: by the function's folder, the images that functions run from; None for workers.
        live: the project's folder, if containers of these images import the functions' sources
            from there.
        naming: pattern for the names of resources that the program leaves unnamed.
        addresses: by the beginning of an AWS URL, the emulator's URL in place of it.
    """

    aws: Aws
    root: Path
    images: Mapping[str, str] | None = None
    live: Path | None = None
    naming: str = DEFAULT_PATTERN
    deployed: Deployed = field(default_factory=Deployed)
    addresses: dict[str, str] = field(default_factory=dict)

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of something in this account and region."""
        return f"arn:aws:{service}:{self.aws.region}:{ACCOUNT_ID}:{resource}"

    def here(self, value: Any) -> Any:
        """Return an output or a setting with the emulator's URLs in place of AWS's."""
        for theirs, ours in self.addresses.items() if isinstance(value, str) else ():
            value = value.replace(theirs, ours)
        return value


@dataclass(frozen=True, kw_only=True)
class Request:
    """One resource to make: its type, logical name, and inputs by Pulumi's property names."""

    type: str
    name: str
    inputs: Mapping[str, Any]
    target: Target

    def client(self, service: str) -> Any:
        """Return the emulator's client of a service."""
        return self.target.aws.client(service)

    def get(self, name: str, default: Any = None) -> Any:
        """Return an input, or the default if it is missing."""
        value = self.inputs.get(name)
        return default if value is None else value

    def require(self, name: str) -> Any:
        """Return an input; raise LocalError if it is missing."""
        if self.inputs.get(name) is None:
            raise LocalError(f"`{name}` is missing.")
        return self.inputs[name]

    def physical_name(self, limit: int, *, suffix: str = "") -> str:
        """Return the name that the program gives, or one as Pulumi makes it."""
        return str(self.get("name") or self.auto_name(limit, suffix=suffix))

    def auto_name(self, limit: int, *, suffix: str = "") -> str:
        """Return a name as Pulumi makes it."""
        return auto_name(self.name, limit, suffix, self.target.naming)


@dataclass(frozen=True)
class Made:
    """A resource that exists: its id, and its outputs besides its inputs."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


Creator = Callable[[Request], Made]
Invoke = Callable[[Target, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """How one type is made, which inputs are passed on, and which are deliberately ignored."""

    create: Creator
    passes: frozenset[str]
    ignores: frozenset[str]


RESOURCES: dict[str, Counterpart] = {}
INVOKES: dict[str, Invoke] = {}

EVERYWHERE = frozenset({"region", "tags", "tagsAll"})
"""Ignored for every type: there is one region, and nothing reads tags."""


def resource(type_: str, *, passes: str, ignores: str = "") -> Callable[[Creator], Creator]:
    """Register the function that makes resources of a type.

    Args:
        type_: Pulumi's token, such as ``aws:sqs/queue:Queue``.
        passes: names of the inputs that reach the emulator, separated by blanks.
        ignores: names of those that have no meaning on a laptop. Any other input is refused.
    """

    def register(create: Creator) -> Creator:
        RESOURCES[type_] = Counterpart(
            create=create,
            passes=frozenset(passes.split()),
            ignores=frozenset(ignores.split()),
        )
        return create

    return register


def invoke(token: str) -> Callable[[Invoke], Invoke]:
    """Register the function that answers a provider's function, such as ``getRegion``."""

    def register(answer: Invoke) -> Invoke:
        INVOKES[token] = answer
        return answer

    return register


def make(request: Request) -> tuple[str, dict[str, Any]]:
    """Make a resource in the emulator.

    Returns:
        Its id and its state: inputs and outputs by Pulumi's property names.

    Raises:
        LocalError: the type or one of its inputs has no local counterpart.
    """
    counterpart = RESOURCES.get(request.type)
    if counterpart is None:
        raise LocalError(
            f"The resource type {request.type} has no local counterpart. Add a function for it "
            f'in local/resources/, marked @resource("{request.type}", …).'
        )
    given = {name for name, value in request.inputs.items() if value is not None}
    unknown = sorted(given - counterpart.passes - counterpart.ignores - EVERYWHERE)
    if unknown:
        raise LocalError(
            f"The local cloud does not know what to do with {', '.join(f'`{n}`' for n in unknown)} "
            f"of {request.type}. In local/resources/, pass it on to the emulator or list it under "
            "`ignores`."
        )
    made = counterpart.create(request)
    for physical in (made.outputs.get("name"), made.outputs.get("bucket"), made.id):
        if isinstance(physical, str):
            request.target.deployed.names.setdefault(physical, request.name)
    return made.id, {**request.inputs, **made.outputs}


def answer(token: str, target: Target, arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a call of a provider's function.

    Raises:
        LocalError: the function has no local counterpart.
    """
    if token not in INVOKES:
        raise LocalError(
            f"The function {token} has no local counterpart. Add one in "
            f'local/resources/invokes.py, marked @invoke("{token}").'
        )
    return INVOKES[token](target, arguments)
