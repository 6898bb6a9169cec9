"""Which cause is named for a stream that is stuck: the record that fails, or its whole batch."""

import time

from local.server.console.failures import stuck_streams
from local.server.console.streams import Lag
from ops.events.model import Cause, Failure, Invocation

NOW = time.time()
STUCK = Lag("users", "queue-welcome", 3, 12.0, "FAILED")


def cause(name: str, *runs: Invocation) -> Cause:
    return Cause(name, "write", f"PutItem {name}", NOW, "failed", invocations=list(runs))


def run(id_: str, time: float, *, failed: bool = False, whole: bool = False) -> Invocation:
    return Invocation(
        id_, "queue-welcome", time, 5, batch=3, failed_items=["n"] if failed else [],
        failure=Failure("KeyError") if whole else None,
    )  # fmt: skip


def test_the_record_that_an_answer_names_is_the_one() -> None:
    victim = cause("victim", run("a", NOW))
    poison = cause("poison", run("a", NOW, failed=True))
    (found,) = stuck_streams(
        [STUCK], [cause("later", run("b", NOW - 9, whole=True)), victim, poison]
    )
    assert found["causes"] == [{"id": "poison", "title": "PutItem poison"}]
    assert found["batch"] == 1


def test_of_a_batch_that_failed_as_a_whole_it_is_one_of_them() -> None:
    both = [cause(name, run("a", NOW, whole=True)) for name in ("one", "two")]
    (found,) = stuck_streams([STUCK], [*both, cause("old", run("b", NOW - 9, whole=True))])
    assert [each["id"] for each in found["causes"]] == ["one", "two"]
    assert found["batch"] == 3


def test_of_a_stream_whose_causes_were_cleared_none_is_named() -> None:
    (found,) = stuck_streams([STUCK], [])
    assert (found["causes"], found["batch"]) == ([], 0)
