"""Every version writes what the version before can read (see ``tests/support/formats.py``)."""

import copy
import json
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from tests.support.formats import (
    FUNCTIONS,
    Samples,
    everything,
    problems,
    versions_of,
    written_by,
)

BEFORE: Samples = {
    "users": {
        "new": {"id": {"S": "user_1"}, "state": {"S": "pending"}, "due": {"N": "1790000000"}}
    },
    "messages": {"hello": {"Body": '{"to": "ada@example.com", "subject": "Hello", "type": "x"}'}},
    "objects": {"reason": {"reason": "damaged", "explanation": "It is damaged."}},
}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_this_version_writes_what_its_samples_show(function: str) -> None:
    newest = json.loads(versions_of(function)[-1].read_text())
    newest.pop("reads", None)
    assert json.loads(json.dumps(written_by(function))) == newest, (
        "What this version writes has changed. Read tests/support/formats.py. If that is intended, "
        "add a file: .venv/bin/python -m tests.support.formats <date>. Keep the others: items live "
        "for 90 days, dead letters for 14"
    )


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_version_before_reads_what_the_next_one_writes(function: str) -> None:
    """A place that no function of the version before writes to has no reader there."""
    for before, after in pairwise(versions_of(function)):
        written = json.loads(after.read_text())
        read = {place: written[place] for place in written if everything(before.stem, place)}
        assert problems(json.loads(before.read_text()), read) == []


def _set(place: str, case: str, *path: str, value: Any) -> Callable[[Samples], None]:
    def change(given: Samples) -> None:
        *above, last = [place, case, *path]
        for key in above:
            given = given[key]
        given[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_set("users", "new", "language", value={"S": "en"}), []),
        (_set("users", "new", "due", value={"N": "1"}), []),
        (_set("messages", "hello", "Body", value='{"to": "ada@example.com", "type": 1}'),
         ["/messages/hello/Body/subject: is gone", "/messages/hello/Body/type: str became int"]),
        (_set("users", "new", "due", value={"S": "1"}), ["/users/new/due/N: is gone"]),
        (_set("users", "new", "state", value={"S": "waiting"}),
         ["/users/new/state/S: 'pending' became 'waiting'"]),
        (_set("users", "new", value={"id": {"S": "user_1"}}),
         ["/users/new/state: is gone", "/users/new/due: is gone"]),
        (_set("objects", "reason", "explanation", value="Other words."), []),
        (_set("messages", "invoice", value={}), ["messages/invoice: is new"]),
    ],
)  # fmt: skip
def test_what_the_version_before_would_miss_is_found(
    change: Callable[[Samples], None], found: list[str]
) -> None:
    after = copy.deepcopy(BEFORE)
    change(after)
    assert problems(BEFORE, after) == found


def test_a_new_case_may_be_written_once_the_version_before_reads_it() -> None:
    before = {**BEFORE, "reads": {"messages": {"invoice": {}}}}
    after = {**BEFORE, "messages": {**BEFORE["messages"], "invoice": {}}}
    assert problems(before, after) == []
