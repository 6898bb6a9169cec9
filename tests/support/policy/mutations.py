"""Ways to break one thing of a stack."""

import copy
import fnmatch
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from checks.policy.rules.model import Resource

GONE = object()
Path = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Break:
    """One change, and what must then fail.

    Attributes:
        rule: the row that it breaks, with its part where it has several, as in `told.NAMES`.
        of: type and name of the resource, such as ``sqs/queue:Queue emails``; with ``*`` in it, the
            first that matches.
        path: what of it changes, inside of JSON text, too; all of it, if empty.
        to: the new value; `GONE` takes it away.
        refers: what the property is then made from, where the rule goes by that.
        also: other rules that it truly breaks.
    """

    rule: str
    of: str
    path: Path = ()
    to: Any = GONE
    refers: tuple[str, ...] | None = None
    also: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.rule}: {self.of} {'.'.join(map(str, self.path))}"


def after(resources: Iterable[Resource], change: Break) -> list[Resource]:
    """Return the resources with one change.

    Raises:
        LookupError: there is no such resource; the change would be none.
    """
    stack = {key(resource): resource for resource in resources}
    changed = stack[find(stack, change.of)]
    if not change.path:
        assert change.to is GONE
        return [resource for resource in stack.values() if resource is not changed]
    references = dict(changed.references)
    if change.refers is not None:
        references[str(change.path[0])] = [
            stack[find(stack, target)].urn for target in change.refers
        ]
    stack[key(changed)] = replace(
        changed, properties=put(changed.properties, change.path, change.to), references=references
    )
    return list(stack.values())


def find(keys: Iterable[str], pattern: str) -> str:
    """Return the first key that matches a pattern.

    Raises:
        LookupError: none does.
    """
    for name in keys:
        if fnmatch.fnmatchcase(name, pattern):
            return name
    raise LookupError(pattern)


def key(resource: Resource) -> str:
    return f"{resource.type.removeprefix('aws:')} {resource.name}"


def put(value: Any, path: Path, new: Any) -> Any:
    """Return a copy of ``value`` with ``new`` at ``path``, also inside JSON text."""
    if not path:
        return new
    if isinstance(value, str):
        return json.dumps(put(json.loads(value), path, new))
    value = copy.copy(value if value is not None else {})
    head, *rest = path
    if new is GONE and not rest:
        del value[head]
    else:
        value[head] = put(
            value.get(head) if isinstance(value, dict) else value[head], tuple(rest), new
        )
    return value
