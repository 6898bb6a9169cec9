"""Finds what differs between two snapshots: resources, their properties, and image sources."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.recording import Key

_HASHED = ("tags", "buildArgs.REVISION")  # of an image: both follow from its sources
IMAGE = "docker-build:index:Image"


class _Absent:
    """Stands for a missing value; None is a value."""


ABSENT = _Absent()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property, or one element of a list, before and after; ABSENT if it is missing."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A resource that both snapshots have, and its changes.

    ``moved``: it is in a component of another type now, without an alias. Pulumi takes it for
    another resource, and replaces it.
    """

    resource: Resource
    changes: tuple[Change, ...]
    moved: bool


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources that differ, ordered by type and name."""

    added: tuple[Resource, ...]
    removed: tuple[Resource, ...]
    changed: tuple[Changed, ...]


def changed_resources(before: Snapshot, after: Snapshot) -> Resources:
    """Return the resources that differ between two snapshots."""
    old, new = before.resources, after.resources
    changed = (_changed(before, after, key) for key in sorted(old.keys() & new.keys()))
    return Resources(
        added=tuple(new[key] for key in sorted(new.keys() - old.keys())),
        removed=tuple(old[key] for key in sorted(old.keys() - new.keys())),
        changed=tuple(change for change in changed if change.changes or change.moved),
    )


def changed_sources(before: Snapshot, after: Snapshot) -> dict[str, tuple[str, ...]]:
    """Return the changed sources of each image that both have, by the image's logical name."""
    return {
        name: tuple(change.path for change in changes(_files(before, name), _files(after, name)))
        for name in sorted(before.images.keys() & after.images.keys())
        if before.images[name] != after.images[name]
    }


def changes(before: Any, after: Any, path: str = "") -> Iterator[Change]:
    """Yield the differences of two values, by paths such as ``environment.variables.BUCKET``.

    Texts that hold JSON are compared as JSON. For lists of different lengths, the elements that
    only one of them has are yielded.
    """
    before, after = structured(before), structured(after)
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for name in sorted(before.keys() | after.keys()):
            below = f"{path}.{name}" if path else str(name)
            yield from changes(before.get(name, ABSENT), after.get(name, ABSENT), below)
    elif isinstance(before, list) and isinstance(after, list):
        yield from _of_lists(before, after, path)
    else:
        yield Change(path=path, before=before, after=after)


def structured(value: Any) -> Any:
    """Return the value of a text that is a JSON object or list; return any other value as it is."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _changed(before: Snapshot, after: Snapshot, key: Key) -> Changed:
    old, new = before.resources[key], after.resources[key]
    found = [*changes(old.inputs, new.inputs), *changes(_protection(old), _protection(new))]
    if new.type == IMAGE and _files(before, new.name) != _files(after, new.name):
        found = [c for c in found if not c.path.startswith(_HASHED)]
    moved = _components(before, old) != _components(after, new) and not new.aliased
    return Changed(resource=new, changes=tuple(found), moved=moved)


def _protection(resource: Resource) -> dict[str, bool]:
    return {"(protect)": resource.protect, "(retain on delete)": resource.retain_on_delete}


def _components(snapshot: Snapshot, resource: Resource) -> list[str]:
    """Return the types of the components around a resource, which are part of its URN."""
    types = []
    parent = snapshot.resources.get(resource.parent)
    while parent:
        types.append(parent.type)
        parent = snapshot.resources.get(parent.parent)
    return types


def _files(snapshot: Snapshot, image: str) -> Mapping[str, str]:
    return snapshot.images.get(image, {})


def _of_lists(before: list[Any], after: list[Any], path: str) -> Iterator[Change]:
    if len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from changes(old, new, f"{path}[{index}]")
        return
    old, new = (Counter(json.dumps(item, sort_keys=True) for item in x) for x in (before, after))
    for item in (old - new).elements():
        yield Change(path=f"{path}[]", before=json.loads(item), after=ABSENT)
    for item in (new - old).elements():
        yield Change(path=f"{path}[]", before=ABSENT, after=json.loads(item))
