"""The parts of a REST API: a deployment waits for them, and is a snapshot of them."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pulumi

A = TypeVar("A")
R = TypeVar("R", bound=pulumi.Resource)


@dataclass(frozen=True)
class Part(Generic[R]):
    """A resource of the API, and the arguments that define it, by their names.

    A resource that a deployment only waits for has no definition.
    """

    name: str
    resource: R
    definition: Mapping[str, Any]


def part(
    kind: Callable[[str, A, pulumi.ResourceOptions], R],
    name: str,
    arguments: A,
    opts: pulumi.ResourceOptions,
) -> Part[R]:
    """Make a resource from its arguments, of a class such as ``aws.apigateway.MethodArgs``.

    The provider's classes keep their arguments as plain attributes.
    """
    return Part(name, kind(name, arguments, opts), vars(arguments))


def definition_hash(parts: Sequence[Part[Any]]) -> pulumi.Output[str]:
    """Return the SHA-256 (hex) over all definitions, which changes with any argument."""
    definitions = {each.name: each.definition for each in parts}
    text = pulumi.Output.json_dumps(definitions, sort_keys=True, default=vars)
    return text.apply(lambda known: hashlib.sha256(known.encode()).hexdigest())
