"""A value that a preview cannot know makes no rule fail, pass or crash."""

from dataclasses import replace
from typing import Any

from checks.policy.rules.model import UNKNOWN
from tests.support.policy.mutations import put
from tests.support.policy.told import NAMES, broken, judged, prod, readers

# Rows that a preview of a new stack cannot decide, because they read ARNs or digests.
LATER = {"6", "18", "20", "21", "40", "46", "48", "49"}


def test_a_preview_decides_all_but_what_holds_arns() -> None:
    verdicts = judged(prod(preview=True))
    assert [name for name, verdict in verdicts.items() if verdict.violations] == []
    assert {name for name, verdict in verdicts.items() if verdict.undecided} == {
        NAMES[row] for row in LATER
    }
    assert {name: len(v.evaluated) for name, v in verdicts.items()} == {
        name: len(v.evaluated) for name, v in judged(prod()).items()
    }


def paths(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Return the path of every value in properties."""
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = []
    for key, item in items:
        found.append((*path, key))
        if isinstance(item, dict | list):
            found += paths(item, (*path, key))
    return found


def test_an_unknown_value_neither_breaks_a_rule_nor_crashes_it() -> None:
    """In one resource of each type, each value in turn is unknown, then all of them."""
    resources = prod()
    one_of_each = {resource.type: resource for resource in resources}
    for resource in one_of_each.values():
        rules = readers(resource, resources)
        unknown = [put(resource.properties, path, UNKNOWN) for path in paths(resource.properties)]
        for properties in (*unknown, dict.fromkeys(resource.properties, UNKNOWN)):
            changed = replace(resource, properties=properties)
            whole = [changed if r is resource else r for r in resources]
            assert broken(whole, rules=rules) == {}


class Computed(dict[str, Any]):
    """The outputs of a preview: a value that the program leaves to AWS is unknown."""

    def get(self, key: str, default: Any = None) -> Any:
        return super().get(key, UNKNOWN)


def test_what_is_left_to_aws_neither_breaks_a_rule_nor_crashes_it() -> None:
    resources = [replace(r, properties=Computed(r.properties)) for r in prod(preview=True)]
    assert broken(resources) == {}
    undecided = {name for name, verdict in judged(resources).items() if verdict.undecided}
    assert undecided > {NAMES[row] for row in LATER}
