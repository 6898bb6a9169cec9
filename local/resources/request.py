"""One resource to make, change or delete in the emulator, and what then exists."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from local.deployed import Resource
from local.errors import LocalError
from local.naming import auto_name
from local.resources.target import Target


def as_text(value: object) -> str:
    """Return an attribute's value as SQS and SNS take it: booleans are ``true`` and ``false``."""
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class ResourceState:
    """A resource that exists: its id, and its outputs besides its inputs."""

    id: str
    outputs: Mapping[str, Any] = field(default_factory=dict)


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

    def unchanged(self) -> ResourceState:
        """Return the resource with its id and outputs as they are."""
        return ResourceState(self.id, self.previous.outputs if self.previous else {})

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
