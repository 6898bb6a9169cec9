"""Finishes the erasures of every version, wherever they stand (``tests/support/formats``)."""

import pytest

from handlers.domain.erasure_store import ErasureStore
from handlers.runtime.caller import Caller
from tests.functions.erase_user.formats import ERASURE, FakeQueue, steps
from tests.support.fakes import USER, FakeDynamoDB
from tests.support.formats import every_version, everything

CONFIRMED = {"user deleted"}
"""The places where the address waits for its confirmation."""

LEFT = {"files are left": (3, "2026-11-23T03:43:47Z")}


@every_version
def test_erasures_are_finished(version: str) -> None:
    for name, item in everything(version, "erasures").items():
        database, queue = FakeDynamoDB(), FakeQueue()
        database.tables = {"users": {}, "ledger": {}, "erasures": {ERASURE: item}}
        before = ErasureStore(database, "erasures").read(ERASURE)
        assert (before.user, before.attempt) == (USER.id, 1), name
        assert (before.objects, before.until) == LEFT.get(name, (0, "")), name
        for step in ("confirm", "finish"):
            steps(database, queue).run(step, ERASURE)
        after = ErasureStore(database, "erasures").read(ERASURE)
        assert after.done, name
        assert (after.objects, after.until) == (before.objects, before.until)
        assert len(queue.messages) == (name in CONFIRMED)
        assert USER.email not in str(database.tables)


def test_the_samples_have_all_that_an_erasure_can_hold() -> None:
    newest = [version for version in every_version.args[1] if everything(version, "erasures")]
    items = everything(newest[-1], "erasures").values()
    assert {field for item in items for field in item} == {
        *("id", "requested", "attempt", "owner", "objects", "until_time", "confirm_to"),
        *("done", "expires"),
    }


@pytest.mark.parametrize("reader", ["another", "0f8fad5b-d9cb-469f-a165-70867728950e"])
@every_version
def test_an_erasure_stays_its_owners(version: str, reader: str) -> None:
    if item := everything(version, "erasures").get("of an owner"):
        database = FakeDynamoDB()
        database.tables["erasures"] = {ERASURE: item}
        found = ErasureStore(database, "erasures").get(ERASURE, Caller("person", reader))
        assert (found is not None) == (reader != "another")
