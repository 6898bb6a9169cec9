"""What ``app trace`` makes of the logs that Lambda, API Gateway and the emulator write."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli import main
from ops.events.model import Cause
from ops.trace import command
from ops.trace.cause import cause_of
from ops.trace.errors import TraceError
from ops.trace.search import Entry, Found, Groups, search

TRACE = "5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"
OTHER = "0e6b3f9c-5f0b-4f2a-9a51-1d6a5a1f0c11"
NOW = 1_795_404_527.0
GROUPS = Groups(
    functions={name: f"/aws/lambda/app-prod-{name}" for name in ("create-user", "send-email")},
    api="/aws/apigateway/app-prod",
)


class Logs:
    """CloudWatch Logs with one page for each event; a pattern is a quoted text, as in AWS."""

    def __init__(self) -> None:
        self.events: dict[str, list[dict[str, Any]]] = {}
        self.asked: list[tuple[str, str, int]] = []

    def add(self, group: str, second: float, message: Any, *, stream: str = "s") -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self.events.setdefault(group, []).append(
            {"timestamp": int((NOW + second) * 1000), "message": text, "logStreamName": stream}
        )

    def get_paginator(self, operation: str) -> "Logs":
        assert operation == "filter_log_events"
        return self

    def paginate(self, **given: Any) -> Iterator[dict[str, Any]]:
        group, pattern, since = (
            given[name] for name in ("logGroupName", "filterPattern", "startTime")
        )
        text = pattern[1:-1]
        assert pattern == f'"{text}"'
        self.asked.append((group, text, since))
        for event in self.events.get(group, []):
            if text in event["message"] and event["timestamp"] >= since:
                yield {"events": [event]}
        yield {"events": []}


def record(run: str, message: str, **fields: Any) -> dict[str, Any]:
    return {
        "timestamp": "2026-11-23T03:28:47Z", "level": "INFO", "message": message, "logger": "app",
        "requestId": run, "outcome": message, **fields,
    }  # fmt: skip


def report(run: str, **more: Any) -> dict[str, Any]:
    metrics = {"durationMs": 12.5, **more.pop("metrics", {})}
    body = {"requestId": run, "status": "success", "metrics": metrics, **more}
    return {"time": "2026-11-23T03:28:47.100Z", "type": "platform.report", "record": body}


def find(logs: Logs) -> Cause:
    found = cause_of(TRACE, search(logs, GROUPS, trace=TRACE, since=NOW - 60))
    assert found is not None
    return found


CREATE, SEND = GROUPS.functions.values()


@pytest.fixture
def logs() -> Logs:
    """Return a request that worked, and a batch that handled it beside another."""
    made = Logs()
    access = {"requestId": TRACE, "method": "POST", "route": "/users", "status": "201",
              "latencyMs": "31", "trace": "1-2"}  # fmt: skip
    made.add(GROUPS.api, 0.1, access)
    made.add(CREATE, 0, record("run-1", "created", trace=TRACE, status=201))
    made.add(CREATE, 0.05, report("run-1", metrics={"initDurationMs": 300}))
    made.add(SEND, 3, record("run-2", "sent", trace=TRACE, message_id="m-1"))
    made.add(SEND, 3, record("run-2", "sent", trace=OTHER, message_id="m-2"))
    made.add(SEND, 3.1, report("run-2"))
    made.add(SEND, 4, record("run-3", "sent", trace=OTHER))
    return made


def test_a_request_and_what_followed(logs: Logs) -> None:
    cause = find(logs)
    assert (cause.kind, cause.title, cause.outcome) == ("request", "POST /users 201", "ok")
    assert (cause.duration_ms, cause.time) == (31, NOW)
    assert [(r.function, r.duration_ms, r.cold) for r in cause.invocations] == [
        ("create-user", 12.5, True),
        ("send-email", 12.5, None),
    ]
    [sent] = cause.invocations[1].logs  # and not the other message of the batch
    assert sent.fields == {"outcome": "sent", "message_id": "m-1"}
    assert {since for _, _, since in logs.asked} == {int((NOW - 60) * 1000)}


def test_a_request_that_reached_no_function(logs: Logs) -> None:
    logs.events = {}
    logs.add(GROUPS.api, 0, {"requestId": TRACE, "method": "POST", "route": "/users",
                             "status": "504", "error": "INTEGRATION_TIMEOUT"})  # fmt: skip
    cause = find(logs)
    assert (cause.title, cause.outcome, cause.invocations) == ("POST /users 504", "failed", [])


def test_errors_that_the_platform_logs_without_the_trace(logs: Logs) -> None:
    logs.add(SEND, 5, record("run-4", "hello", trace=TRACE))
    logs.add(SEND, 6, report("run-4", status="timeout"))
    crashed = {"timestamp": "2026-11-23T03:28:57Z", "level": "ERROR", "errorType": "KeyError",
               "errorMessage": "'a'", "requestId": "run-5",
               "stackTrace": ['  File "/var/task/handlers/a/b.py", line 3, in f\n']}  # fmt: skip
    logs.add(SEND, 7, record("run-5", "hello", trace=TRACE))
    logs.add(SEND, 8, crashed)
    failures = [(run.attempt, run.failure and run.failure.type) for run in find(logs).invocations]
    assert failures == [(1, None), (1, None), (2, "timeout"), (3, "KeyError")]
    assert find(logs).outcome == "failed"


def test_a_later_attempt_counts(logs: Logs) -> None:
    failed = record("run-0", "failed", level="ERROR", error="NotSent", text="Paused", stack="")
    logs.add(SEND, 1, {**failed, "trace": TRACE})
    cause = find(logs)
    assert cause.outcome == "ok"
    assert [run.failure.message for run in cause.invocations if run.failure] == ["Paused"]


def test_an_event_that_lambda_repeats_with_one_id(logs: Logs) -> None:
    logs.events = {}
    for second in (0, 60):
        logs.add(SEND, second, record(TRACE, "failed", level="ERROR", error="E", stack=""))
        logs.add(SEND, second + 1, report(TRACE, status="error", errorType="Failed"))
    cause = find(logs)
    assert [run.attempt for run in cause.invocations] == [1, 2]
    assert (cause.kind, cause.outcome) == ("invoke", "failed")


def test_a_refused_call_is_denied(logs: Logs) -> None:
    denied = record("run-9", "failed", level="ERROR", error="ClientError", stack="",
                    code="AccessDeniedException", operation="PutItem")  # fmt: skip
    logs.add(CREATE, 9, {**denied, "trace": TRACE})
    assert find(logs).outcome == "denied"


def test_the_emulators_report_is_a_line_of_text(logs: Logs) -> None:
    logs.events = {}
    logs.add(CREATE, 0, "START RequestId: run-1 Version: 1")
    logs.add(CREATE, 0, record("run-1", "created", trace=TRACE, status=201))
    logs.add(CREATE, 0, "REPORT RequestId: run-1\tDuration: 34 ms\tBilled Duration: 34 ms")
    [run] = find(logs).invocations
    assert run.duration_ms == 34


def test_a_text_that_only_mentions_the_id_is_no_part_of_it(logs: Logs) -> None:
    before = len(find(logs).invocations)
    logs.add(CREATE, 9, record("run-7", "created", trace=OTHER, user_id=TRACE))
    logs.add(CREATE, 9, f"printed {TRACE}")
    logs.add(CREATE, 9, "{ broken " + TRACE)
    logs.add(CREATE, 9, json.dumps([TRACE]))
    logs.add(GROUPS.api, 9, {"requestId": OTHER, "trace": TRACE})
    assert len(find(logs).invocations) == before


RECORDS = st.dictionaries(
    st.sampled_from(["level", "message", "requestId", "type", "record", "trace", "error", "stack",
                     "errorType", "stackTrace", "timestamp", "code"]),
    st.none() | st.integers() | st.text(max_size=4) | st.lists(st.text(max_size=2), max_size=2)
    | st.just("platform.report") | st.just("ERROR")
    | st.dictionaries(st.sampled_from(["requestId", "metrics", "status"]), st.text(max_size=2)),
)  # fmt: skip


@given(st.lists(RECORDS, max_size=4))
def test_no_record_breaks_it(records: list[dict[str, Any]]) -> None:
    entries = tuple(Entry(function="f", stream="s", time=NOW, record=each) for each in records)
    cause = cause_of(TRACE, Found(request=None, request_time=0, entries=entries))
    assert (cause is None) == (not records)


def outputs() -> dict[str, Any]:
    return {"log_groups": {"functions": dict(GROUPS.functions), "api": GROUPS.api}}


def run(logs: Logs, trace: str = TRACE, *, as_json: bool = False, **changed: Any) -> int:
    given = {**outputs(), **changed}
    return command.run(given, lambda _: logs, trace=trace, since="99999d", as_json=as_json)


def test_it_is_printed(logs: Logs, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(logs) == 0
    first, *lines = capsys.readouterr().out.splitlines()
    assert "POST /users 201" in first
    assert lines == [
        "├─ create-user  12 ms  cold",
        "│  INFO created status=201",
        "└─ send-email  12 ms",
        "   INFO sent message_id=m-1",
    ]
    assert run(logs, as_json=True) == 0
    assert json.loads(capsys.readouterr().out)["id"] == TRACE


def test_nothing_is_found(logs: Logs) -> None:
    with pytest.raises(TraceError, match="No log record of the last 99999d has the id"):
        run(logs, "ffffffff-8b6b-4c8e-9a59-0b4a3f1d2c3e")


def test_a_stack_from_before(logs: Logs) -> None:
    with pytest.raises(TraceError, match="deploy it again"):
        run(logs, log_groups=None)


@pytest.mark.parametrize("arguments", [["Ada Lovelace"], ['x" || "y'], [TRACE, "--since", "soon"],
                                       [TRACE, "--since", "0h"], []])  # fmt: skip
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", *arguments]) == 2
    assert "error: " in capsys.readouterr().err
