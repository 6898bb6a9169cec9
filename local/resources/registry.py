"""Maps Pulumi's resource types to the functions that make them in the emulator."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from local.aws import ACCOUNT_ID, Aws
from local.deployed import Deployed, Resource
from local.errors import LocalError
from local.naming import DEFAULT_PATTERN, auto_name


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where resources are made: the emulator and the project's folder; and what was deployed.

    Attributes:
        images: by the function's folder, the images that functions run from; None for workers.
        live: the project's folder, if containers of these images import the functions' sources
            from there.
        error_texts: functions log the text of every error, as they must not in AWS.
        naming: pattern for the names of resources that the program leaves unnamed.
        addresses: by the beginning of an AWS URL, the emulator's URL in place of it.
    """

    aws: Aws
    root: Path
    images: Mapping[str, str] | None = None
    live: Path | None = None
    error_texts: bool = False
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
    """One resource to make, change or delete, with its inputs by Pulumi's property names.

    Attributes:
        urn: what identifies the resource in the program.
        generation: how often the resource was replaced.
        previous: the resource as it is; None if it is new.
    """

    type: str
    name: str
    urn: str
    inputs: Mapping[str, Any]
    target: Target
    generation: int = 0
    previous: Resource | None = None

    @property
    def id(self) -> str:
        """The id of the resource as it is; it must exist."""
        if self.previous is None:
            raise LocalError(f"{self.name} does not exist yet.")
        return self.previous.id

    def output(self, name: str) -> Any:
        """Return an output of the resource as it is; None if it is new."""
        return self.previous.outputs.get(name) if self.previous else None

    def unchanged(self) -> "Made":
        """Return the resource with its id and outputs as they are."""
        return Made(self.id, self.previous.outputs if self.previous else {})

    def changed(self, *names: str) -> bool:
        """Return True if one of these inputs differs from that of the resource as it is."""
        old = self.previous.inputs if self.previous else {}
        return any(self.inputs.get(name) != old.get(name) for name in names)

    def stable_id(self, length: int) -> str:
        """Return hexadecimal digits that are the resource's own, and the same at each start."""
        return hashlib.shake_256(self._seed.encode()).hexdigest(length)[:length]

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
        return auto_name(self.name, limit, suffix, self.target.naming, seed=self._seed)

    @property
    def _seed(self) -> str:
        return f"{self.urn} {self.generation}" if self.generation else self.urn


@dataclass(frozen=True)
class Made:
    """A resource that exists: its id, and its outputs besides its inputs."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


Creator = Callable[[Request], Made]
Deleter = Callable[[Request], object]
Deriver = Callable[[Request], dict[str, Any]]
Note = Callable[[Request, Made], None]
Invoke = Callable[[Target, Mapping[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Counterpart:
    """How one type is made, changed and deleted, and which inputs reach the emulator.

    See `resource` for the attributes.
    """

    create: Creator
    update: Creator | None
    delete: Deleter
    passes: frozenset[str]
    ignores: frozenset[str]
    fixed: frozenset[str]
    holds: str | None
    resets: bool
    derived: Deriver | None
    note: Note | None


RESOURCES: dict[str, Counterpart] = {}
INVOKES: dict[str, Invoke] = {}

EVERYWHERE = frozenset({"region", "tags", "tagsAll"})
"""Ignored for every type: there is one region, and nothing reads tags."""

PUT = "put"
"""Updates by a second call of the function that makes the resource."""

ANEW = "anew"
"""Updates by deleting the resource and making it again, with the same name."""


def resource(
    type_: str,
    *,
    passes: str,
    delete: Deleter,
    ignores: str = "",
    update: Creator | str | None = None,
    fixed: str = "",
    holds: str | None = None,
    resets: bool = False,
    derived: Deriver | None = None,
    note: Note | None = None,
) -> Callable[[Creator], Creator]:
    """Register the function that makes resources of a type.

    Args:
        type_: Pulumi's token, such as ``aws:sqs/queue:Queue``.
        passes: names of the inputs that reach the emulator, separated by blanks.
        delete: deletes the resource.
        ignores: names of those that have no meaning on a laptop. Any other input is refused.
        update: changes the resource in place to its new inputs: a function, `PUT` or `ANEW`.
            Without it, another resource is made, and the old one is then deleted.
        fixed: names of the inputs that cannot change in place.
        holds: what would be lost in a replacement, which is therefore refused.
        resets: an update, or the deletion, undoes what other resources have set: those that depend
            on it are updated too.
        derived: returns more properties whose change counts, such as the code of a function.
        note: is called with each resource in each deployment, even if nothing has changed.
    """

    def register(create: Creator) -> Creator:
        def anew(request: Request) -> Made:
            delete(replace(request, inputs=request.previous.inputs if request.previous else {}))
            return create(request)

        RESOURCES[type_] = Counterpart(
            create=create,
            update=update if callable(update) else {PUT: create, ANEW: anew, None: None}[update],
            delete=delete,
            passes=frozenset(passes.split()),
            ignores=frozenset(ignores.split()),
            fixed=frozenset(fixed.split()),
            holds=holds,
            resets=resets,
            derived=derived,
            note=note,
        )
        return create

    return register


def invoke(token: str) -> Callable[[Invoke], Invoke]:
    """Register the function that answers a provider's function, such as ``getRegion``."""

    def register(answer: Invoke) -> Invoke:
        INVOKES[token] = answer
        return answer

    return register


def counterpart(request: Request) -> Counterpart:
    """Return how a resource is made.

    Raises:
        LocalError: the type or one of its inputs has no local counterpart.
    """
    found = RESOURCES.get(request.type)
    if found is None:
        raise LocalError(
            f"The resource type {request.type} has no local counterpart. Add a function for it "
            f'in local/resources/, marked @resource("{request.type}", …).'
        )
    given = {name for name, value in request.inputs.items() if value is not None}
    unknown = sorted(given - found.passes - found.ignores - EVERYWHERE)
    if unknown:
        raise LocalError(
            f"The local cloud does not know what to do with {', '.join(f'`{n}`' for n in unknown)} "
            f"of {request.type}. In local/resources/, pass it on to the emulator or list it under "
            "`ignores`."
        )
    return found


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
