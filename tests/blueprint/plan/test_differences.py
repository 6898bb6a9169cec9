"""What differs between snapshots: properties, resources, images' sources."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.plan.differences import (
    ABSENT,
    Change,
    changed_resources,
    changed_sources,
    changes,
    structured,
)
from blueprint.plan.snapshot import Resource, Snapshot
from blueprint.recording import Key

JSON = st.recursive(
    st.sampled_from(["", "a", 'b"', "{", "[1]", 0, 1, True, None]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)


def resource(key: Key, parent: Key = ("", ""), **changed: Any) -> Resource:
    plain = Resource(
        type=key[0],
        name=key[1],
        custom=True,
        inputs={},
        parent=parent,
        protect=False,
        retain_on_delete=False,
        aliased=False,
    )
    return replace(plain, **changed)


def snapshot(*found: Resource) -> Snapshot:
    return Snapshot(resources={r.key: r for r in found})


@given(JSON)
def test_what_is_equal_does_not_differ(value: Any) -> None:
    assert list(changes(value, value)) == []


@given(JSON, JSON)
def test_what_is_not_equal_differs(before: Any, after: Any) -> None:
    assert bool(list(changes(before, after))) == (_typed(before) != _typed(after))


def _typed(value: Any) -> Any:
    """Read texts that are JSON, and tell lists' elements in any order apart from others' only."""
    value = structured(value)
    if isinstance(value, dict):
        return {key: _typed(item) for key, item in value.items()}
    return [_typed(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 2}}, [("a.b", 1, 2)]),
        ({"a": 1}, {"b": None}, [("a", 1, ABSENT), ("b", ABSENT, None)]),
        ({"a": ["x", "y"]}, {"a": ["x", "z"]}, [("a[1]", "y", "z")]),
        ({"a": ["x", "y"]}, {"a": ["y"]}, [("a[]", "x", ABSENT)]),
        ({"a": [{"n": 1}]}, {"a": [{"n": 2}, {"n": 1}]}, [("a[]", ABSENT, {"n": 2})]),
        ({"a": '{"b": 1, "c": 1}'}, {"a": '{"c": 1, "b": 2}'}, [("a.b", 1, 2)]),
        ({"a": '{"b": 1}'}, {"a": '{ "b":1 }'}, []),
        ({"a": "{no"}, {"a": "{json"}, [("a", "{no", "{json")]),
        ({"a": 1}, {"a": [1]}, [("a", 1, [1])]),
    ],
)
def test_differences_have_paths(before: Any, after: Any, expected: list[Any]) -> None:
    assert list(changes(before, after)) == [
        Change(path=path, before=old, after=new) for path, old, new in expected
    ]


def test_resources_are_added_changed_and_removed() -> None:
    gone, kept, new = (resource(("aws:sqs/queue:Queue", name)) for name in ("gone", "kept", "new"))
    changed = replace(kept, inputs={"delaySeconds": 1}, protect=True)
    found = changed_resources(snapshot(gone, kept), snapshot(changed, new))
    assert (found.removed, found.added) == ((gone,), (new,))
    (only,) = found.changed
    assert only.resource == changed
    assert not only.moved
    assert only.changes == (
        Change(path="delaySeconds", before=ABSENT, after=1),
        Change(path="(protect)", before=False, after=True),
    )


@pytest.mark.parametrize(
    ("component", "aliased", "moved"),
    [("One", False, False), ("Other", False, True), ("Other", True, False)],
)
def test_a_resource_in_a_component_of_another_type_is_replaced(
    component: str, aliased: bool, moved: bool
) -> None:
    """Pulumi knows a resource by the types above it, and not by what those are called."""

    def program(kind: str, name: str, *, alias: bool) -> Snapshot:
        above = resource((f"serverless:infra:{kind}", name))
        queue = resource(("aws:sqs/queue:Queue", "q"), parent=above.key, aliased=alias)
        return snapshot(above, queue)

    found = changed_resources(
        program("One", "a", alias=False), program(component, "b", alias=aliased)
    )
    assert [change.moved for change in found.changed] == ([True] if moved else [])


def test_an_image_of_other_sources_does_not_differ_in_their_hashes() -> None:
    def program(content: str, base: str, files: str | None = None) -> Snapshot:
        inputs = {"tags": [content], "buildArgs": {"REVISION": content, "BASE_IMAGE": base}}
        image = resource(("docker-build:index:Image", "x"), inputs=inputs)
        return replace(snapshot(image), images={"x": {"a.py": files or content, "b.py": "same"}})

    before = program("one", "base")
    assert changed_sources(before, before) == {}
    assert changed_sources(before, program("two", "base")) == {"x": ("a.py",)}
    assert changed_resources(before, program("two", "base")).changed == ()
    (other,) = changed_resources(before, program("two", "newer")).changed
    assert [change.path for change in other.changes] == ["buildArgs.BASE_IMAGE"]
    # Where the sources are the same, they do not explain another tag.
    (unexplained,) = changed_resources(before, program("two", "base", files="one")).changed
    assert [change.path for change in unexplained.changes] == ["buildArgs.REVISION", "tags[0]"]
