"""The row of a cause tells how it ended, and why."""

import time
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.server.console.rows import Row, row
from local.server.console.slow import MANY_CALLS
from ops.events.model import Call, Cause, Denied, Failure, Invocation, LogRecord
from tests.support.history import samples

ROWS = {cause.id: row(cause) for cause in samples(time.time())}


@pytest.mark.parametrize(
    ("id_", "reason"),
    [
        ("req-1", None),
        ("req-2", 'dynamodb:GetItem on users was denied; allow it by users.get(env="…")'),
        ("req-3", "name is empty"),
        ("up-1", "not an image"),
        ("m2", "KeyError: 'name' — handlers/send_email/deliver.py:77 in deliver"),
        ("run-7", "ModuleNotFoundError: No module named 'x'"),
        ("run-10", None),
    ],
)
def test_the_reason_is_one_line(id_: str, reason: str | None) -> None:
    assert ROWS[id_].reason == reason


def test_a_refusal_without_a_grant_points_to_the_name() -> None:
    refused = Denied("dynamodb:PutItem", "no-such-table")
    call = Call("c", 0, 1, "dynamodb", "PutItem", "no-such-table", 400, denied=refused)
    run = Invocation("r", "f", 0, 5, calls=[call])
    reason = row(Cause("c", "invoke", "f", 0, "denied", invocations=[run])).reason
    assert reason == (
        "dynamodb:PutItem on no-such-table was denied; no grant of the program allows it"
    )
    call.hint = "no-such-table does not exist in this stack."
    assert row(Cause("c", "invoke", "f", 0, "denied", invocations=[run])).reason == (
        "dynamodb:PutItem on no-such-table was denied: no-such-table does not exist in this stack."
    )


def test_what_else_a_row_tells() -> None:
    first = ROWS["req-1"]
    assert first.functions == ["create-user", "queue-welcome", "send-email"]
    assert (first.status, first.cold, first.attempts, first.slow) == (201, True, 1, None)
    assert ROWS["m2"].attempts == 2


def test_an_error_that_a_function_caught_is_told_with_its_place() -> None:
    fields = {"error": "Throttled", "stack": '  File "/home/me/app/handlers/a.py", line 7, in f\n'}
    run = Invocation("r", "f", 0, 5, logs=[LogRecord(0, "ERROR", "not sent", fields)])
    cause = Cause("c", "message", "Message to q", 0, "failed", invocations=[run])
    assert row(cause, "/home/me/app").reason == "not sent: Throttled — handlers/a.py:7 in f"


def test_a_refused_call_is_told_but_not_an_expected_condition() -> None:
    def of(error: str) -> str | None:
        call = Call("c", 0, 1, "ses", "SendEmail", "a@b.c", 400, error)
        run = Invocation("r", "f", 0, 5, calls=[call])
        return row(Cause("c", "message", "m", 0, "failed", invocations=[run])).reason

    assert of("MessageRejected") == "ses SendEmail: MessageRejected"
    throttled = "ses SendEmail was throttled (TooManyRequestsException)"
    assert of("TooManyRequestsException") == throttled
    assert of("ConditionalCheckFailedException") is None


@pytest.mark.parametrize(
    ("cold", "ms", "marked"),
    [(False, 1_000, False), (False, 1_001, True), (True, 3_000, False), (True, 3_001, True)],
)
def test_a_slow_run_is_marked(cold: bool, ms: float, marked: bool) -> None:
    run = Invocation("r", "f", 0, ms, cold)
    assert bool(row(Cause("c", "invoke", "f", 0, "ok", invocations=[run])).slow) is marked


def test_a_slow_call_is_named() -> None:
    call = Call("c", 0, 2_900, "ses", "SendEmail", "a@b.c")
    run = Invocation("r", "send-email", 0, 3_000, calls=[call])
    cause = Cause("c", "invoke", "f", 0, "ok", invocations=[run])
    assert row(cause).slow == (
        "send-email took 3.0 s; its slowest call, ses SendEmail a@b.c, took 2.9 s; "
        "100 ms were in no call: its own code"
    )


def test_time_outside_of_calls_is_told_and_calls_that_overlap_count_once() -> None:
    calls = [Call("a", 1, 600, "s3", "GetObject"), Call("b", 1.3, 500, "s3", "GetObject")]
    run = Invocation("r", "f", 0.5, 2_000, calls=calls)
    slow = row(Cause("c", "invoke", "f", 0, "ok", invocations=[run])).slow
    assert slow == (
        "f took 2.0 s; its slowest call, s3 GetObject, took 600 ms; "
        "1.2 s were in no call: its own code"
    )
    run.calls = []
    slow = row(Cause("c", "invoke", "f", 0, "ok", invocations=[run])).slow
    assert slow == "f took 2.0 s; it called nothing of AWS"


def test_of_a_batch_it_is_not_said_that_this_record_failed() -> None:
    run = Invocation("r", "f", 0, 5, batch=3, failure=Failure("KeyError", "'x'"))
    reason = row(Cause("c", "message", "m", 0, "failed", invocations=[run])).reason
    assert reason == "This record or another of the 3 in its batch: KeyError: 'x'"


def test_a_chain_of_errors_is_told_to_its_beginning() -> None:
    stack = (
        '  File "handlers/a.py", line 7, in f\n    g()\n'
        "Caused by ValueError: bad\n"
        '  File "handlers/b.py", line 3, in g\n    int("x")\n'
        '  File "/x/site-packages/lib.py", line 9, in h\n'
        "Caused by OSError\n"
        '  File "/usr/lib/python3.11/socket.py", line 1, in k\n'
    )
    run = Invocation("r", "f", 0, 5, failure=Failure("Refused", "no", [stack]))
    reason = row(Cause("c", "invoke", "f", 0, "failed", invocations=[run])).reason
    assert reason == (
        "Refused: no — handlers/a.py:7 in f, caused by ValueError at handlers/b.py:3 in g"
    )


def test_repeats_are_counted_and_the_last_has_its_time() -> None:
    runs = [Invocation(f"r{n}", "f", n, 5, attempt=n, failure=Failure("E")) for n in (1, 8, 9)]
    found = row(Cause("c", "message", "m", 0, "failed", invocations=runs))
    assert (found.attempts, found.last) == (9, 9)


def test_what_the_api_answers_is_the_reason_of_a_refused_request() -> None:
    call = Call("c", 0, 1, "dynamodb", "TransactWriteItems", "t", 400, "TransactionCanceled")
    run = Invocation("r", "f", 0, 5, calls=[call])
    cause = Cause("c", "request", "POST /users", 0, "rejected", invocations=[run])
    cause.answer = {"status": 409, "body": {"error": "taken"}}
    assert row(cause).reason == "taken"
    running = Cause(
        "c", "request", "POST /users", 0, answer={"status": 201, "body": {"message": "ok"}}
    )
    assert row(running).reason is None


_JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("body"), inner),
    max_leaves=8,
)


@given(value=_JSON, fields=st.dictionaries(st.sampled_from(["error", "stack", "reason"]), _JSON))
def test_any_input_has_a_row(value: Any, fields: dict[str, Any]) -> None:
    run = Invocation(
        "r", "f", 0, event=value, answer=value, failure=Failure("E", "m", [str(value)]),
        logs=[LogRecord(0, "ERROR", "m", fields)],
        calls=[Call("c", 0, 1, "s3", "PutObject", input=value)],
    )  # fmt: skip
    cause = Cause("c", "request", "t", 0, "failed", input=value, answer=value, invocations=[run])
    for failure in (run.failure, None):
        run.failure = failure
        msgspec.convert(msgspec.to_builtins(row(cause)), Row)


@pytest.mark.parametrize(
    ("kind", "count", "marked"),
    [("request", MANY_CALLS, True), ("request", MANY_CALLS - 1, False), ("invoke", 100, False)],
)
def test_a_call_for_each_item_of_a_list_is_named(kind: Any, count: int, marked: bool) -> None:
    calls = [Call(f"c{n}", n, 1, "dynamodb", "GetItem", "users", 200) for n in range(count)]
    run = Invocation("r", "list-uploads", 0, 400, calls=calls)
    slow = row(Cause("c", kind, "f", 0, "ok", invocations=[run])).slow
    told = f"list-uploads took 400 ms and called dynamodb GetItem users {count} times"
    assert slow == (told if marked else None)
