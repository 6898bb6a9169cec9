"""What differs between two snapshots, and which properties of which resources do."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.recording import Key

_HASHED = ("tags", "buildArgs.REVISION")  # of an image: both are made from its sources' hash
IMAGE = "docker-build:index:Image"


class _Absent:
    """Stands for a value that is not there; None is a value."""


ABSENT = _Absent()


@dataclass(frozen=True, kw_only=True)
class Change:
    """One property, or one element of a list, before and after; ABSENT where there is none."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class Changed:
    """A resource that both snapshots have, and what differs.

    ``moved``: it is now in a component of another type, by which Pulumi takes it for another
    resource, and has no alias that says otherwise: it is replaced.
    """

    resource: Resource
    changes: tuple[Change, ...]
    moved: bool


@dataclass(frozen=True, kw_only=True)
class Resources:
    """The resources that differ, in the order of their types and names."""

    added: tuple[Resource, ...]
    removed: tuple[Resource, ...]
    changed: tuple[Changed, ...]


def changed_resources(before: Snapshot, after: Snapshot) -> Resources:
    """Compare two snapshots' resources."""
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
    """Yield what differs between two values, by paths such as ``environment.variables.BUCKET``.

    Texts that are JSON are compared as what they stand for. Of lists that are not of one length,
    the elements that only one of them has are given.
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
    """Read a text that is a JSON object or list; give anything else back."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _changed(before: Snapshot, after: Snapshot, key: Key) -> Changed:
    old, new = before.resources[key], after.resources[key]
    found = [*changes(old.inputs, new.inputs), *changes(_kept(old), _kept(new))]
    if new.type == IMAGE and _files(before, new.name) != _files(after, new.name):
        found = [c for c in found if not c.path.startswith(_HASHED)]
    moved = _components(before, old) != _components(after, new) and not new.aliased
    return Changed(resource=new, changes=tuple(found), moved=moved)


def _kept(resource: Resource) -> dict[str, bool]:
    return {"(protect)": resource.protect, "(retain on delete)": resource.retain_on_delete}


def _components(snapshot: Snapshot, resource: Resource) -> list[str]:
    """Return the types of the components that a resource is in, which its URN is made of."""
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
