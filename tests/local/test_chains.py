"""Causes are made of facts, in whatever order these come."""

import itertools
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.history import document
from local.history.chains import Chains
from local.history.facts import Began, Ended, Exchange, Fact, Linked, Lost, Origin
from local.history.program import Program
from ops.events.model import Cause

PROGRAM = Program("h", {"f-1": "first", "f-2": "second", "q-1": "queue", "dlq-1": "dead"})


def causes(facts: list[Fact], *, now: float = 100.0) -> list[Cause]:
    """Return what becomes of facts, as the history would keep it."""
    chains = Chains(PROGRAM)
    kept: dict[str, Cause] = {}
    for fact in facts:
        chains.take(fact)
        for cause in itertools.chain(*chains.changed()):
            kept[cause.id] = _copy(cause)
    chains.settle(now)
    kept |= {cause.id: _copy(cause) for cause in itertools.chain(*chains.changed())}
    return sorted(kept.values(), key=lambda cause: cause.id)


def _copy(cause: Cause) -> Cause:
    return document.read(document.write(cause))


def sqs_event(*ids: str) -> dict[str, Any]:
    return {"Records": [{"eventSource": "aws:sqs", "messageId": i, "body": i} for i in ids]}


def send(origin: Origin, ended: float) -> Exchange:
    headers = {"x-amz-target": "AmazonSQS.SendMessage"}
    body = b'{"QueueUrl": "http://x/q-1", "MessageBody": "m"}'
    return Exchange(origin, "POST", "/", "", headers, body, len(body), ended, 200)


def chain(name: str) -> list[Fact]:
    """Return the facts of a request whose function sends a message to another one."""
    request = Origin(f"k-{name}", 1, api=True)
    call = Origin(f"c-{name}", 2, run=f"a-{name}")
    first = {"requestContext": {"requestId": f"r-{name}"}, "body": name}
    return [
        Began(f"a-{name}", "f-1", 1.0, first, request),
        Linked(f"message:m-{name}", call, name),
        send(call, 2.5),
        Ended(f"a-{name}", 3.0, {"body": {"statusCode": 200}}, cold=False),
        Exchange(request, "GET", "/_aws/execute-api/x/local/p", ended=3.5, status=200),
        Began(f"b-{name}", "f-2", 4.0, sqs_event(f"m-{name}")),
        Ended(f"b-{name}", 5.0, {"body": None}, cold=True),
    ]


def check(cause: Cause, name: str) -> None:
    assert (cause.id, cause.kind, cause.title) == (f"r-{name}", "request", "GET /p")
    assert cause.outcome == "ok"
    first, second = cause.invocations
    assert (first.function, first.follows, first.cold) == ("first", None, False)
    assert (second.function, second.follows, second.cold) == ("second", f"c-{name}", True)
    (call,) = first.calls
    assert (call.service, call.operation, call.resource) == ("sqs", "SendMessage", "queue")


def _in_order(facts: list[Fact]) -> bool:
    """Return whether a run begins before its own facts, as it always does."""
    begun: set[str] = set()
    for fact in facts:
        match fact:
            case Began():
                begun.add(fact.run)
            case Ended():
                if fact.run not in begun:
                    return False
            case Linked() | Exchange():
                if not {"a-x", fact.origin.run} & begun:
                    return False
    return True


@given(st.permutations(chain("x")).filter(_in_order))
def test_the_order_of_facts_makes_no_difference(facts: list[Fact]) -> None:
    ids = [fact.run for fact in facts if isinstance(fact, Began)]
    (cause,) = causes(facts)
    cause.invocations.sort(key=lambda run: run.time)
    assert len(ids) == 2
    check(cause, "x")


@given(st.randoms(use_true_random=False), st.integers(2, 6))
def test_chains_at_the_same_time_keep_apart(random: Any, count: int) -> None:
    names = [f"n{number}" for number in range(count)]
    waiting = [chain(name) for name in names]
    facts: list[Fact] = []
    while waiting := [facts_of for facts_of in waiting if facts_of]:
        facts.append(random.choice(waiting).pop(0))
    found = causes(facts)
    assert len(found) == count
    for cause, name in zip(found, names, strict=True):
        check(cause, name)


def batch(failed: list[str]) -> list[Fact]:
    """Return the facts of two messages by a person, in one batch, of which some fail."""
    origin = Origin("k", 1)
    return [
        Linked("message:m1", origin),
        Linked("message:m2", origin),
        send(origin, 1.5),
        Began("a", "f-1", 2.0, sqs_event("m1", "m2")),
        Ended("a", 3.0, {"body": {"batchItemFailures": [{"itemIdentifier": i} for i in failed]}}),
    ]


def test_a_batch_belongs_to_the_causes_of_all_its_records() -> None:
    first, second = causes(batch(["m2"]))
    assert [c.id for c in (first, second)] == ["m1", "m2"]
    assert [run.id for run in first.invocations] == [run.id for run in second.invocations] == ["a"]
    assert (first.outcome, first.invocations[0].failed_items) == ("ok", [])
    assert (second.outcome, second.invocations[0].failed_items) == ("failed", ["m2"])
    assert second.title == "Message to queue"


def test_a_retry_that_succeeds_ends_it_well_and_the_failure_stays_visible() -> None:
    again = [Began("b", "f-1", 4.0, sqs_event("m2")), Ended("b", 5.0, {"body": None})]
    _, cause = causes([*batch(["m2"]), *again])
    assert cause.outcome == "ok"
    assert [(r.attempt, r.failed_items) for r in cause.invocations] == [(1, ["m2"]), (2, [])]


def test_a_message_that_is_given_up_is_a_dead_letter() -> None:
    first, second = causes([*batch(["m2"]), Lost("m2", "dlq-1", 6.0, ["message:m2"])])
    assert (first.outcome, first.dead_letters) == ("ok", [])
    (letter,) = second.dead_letters
    assert (second.outcome, letter.queue, letter.follows) == ("dead_letter", "dead", None)


def test_an_exception_fails_every_record_of_a_batch_until_it_is_tried_again() -> None:
    facts = batch([])[:-1]
    result = {"error": True, "body": {"errorType": "KeyError", "errorMessage": "'x'"}}
    facts += [Ended("a", 3.0, result), Began("b", "f-1", 4.0, sqs_event("m1"))]
    facts += [Ended("b", 5.0, {"body": None})]
    first, second = causes(facts)
    assert (first.outcome, second.outcome) == ("ok", "failed")
    assert second.invocations[0].failure is not None
    assert second.invocations[0].failure.type == "KeyError"


def test_what_one_of_a_batch_leads_to_is_its_own() -> None:
    call_1, call_2 = Origin("c1", 2.2, run="a"), Origin("c2", 2.4, run="a")
    facts = batch([])
    facts[4:4] = [Linked("message:n1", call_1, "about m1"), Linked("message:n2", call_2, "of m2")]
    facts += [Began("b", "f-2", 4.0, sqs_event("n1", "n2")), Ended("b", 5.0, {"body": None})]
    facts += [Began("c", "f-2", 6.0, sqs_event("n2")), Ended("c", 7.0, {"body": None})]
    facts[3] = Began("a", "f-1", 2.0, sqs_event("m1-marked", "m2-marked"))
    facts[:2] = [
        Linked("message:m1-marked", Origin("k", 1)),
        Linked("message:m2-marked", Origin("k", 1)),
    ]
    facts[4] = Linked("message:n1", call_1, "about m1-marked")
    facts[5] = Linked("message:n2", call_2, "about m2-marked")
    first, second = causes(facts)
    assert [run.id for run in first.invocations] == ["a", "b"]
    assert [run.id for run in second.invocations] == ["a", "b", "c"]
    assert [run.follows for run in first.invocations] == [None, "c1"]
    assert [run.follows for run in second.invocations] == [None, "c2", "c2"]


def test_what_was_there_before_becomes_a_cause_of_its_own() -> None:
    facts = [Began("a", "f-1", 1.0, sqs_event("old")), Ended("a", 2.0, {"body": None})]
    assert causes(list(facts), now=1.5) == []
    (cause,) = causes(list(facts), now=9.0)
    assert (cause.id, cause.kind, cause.outcome) == ("old", "message", "ok")
    assert [run.id for run in cause.invocations] == ["a"]


def test_a_call_that_nothing_follows_is_no_cause() -> None:
    assert causes([Linked("message:m", Origin("k", 1)), send(Origin("k", 1), 2)]) == []


@pytest.mark.parametrize(("status", "outcome"), [(200, "ok"), (404, "rejected"), (502, "failed")])
def test_a_request_that_ran_nothing(status: int, outcome: str) -> None:
    headers = {"x-amzn-requestid": "r"}
    path = "/_aws/execute-api/x/local/users/1"
    exchange = Exchange(Origin("k", 1, api=True), "GET", path, ended=2, status=status)
    exchange.answer_headers = headers
    (cause,) = causes([exchange])
    assert (cause.id, cause.title, cause.outcome) == ("r", "GET /users/1", outcome)


def test_a_batch_that_is_sent_by_hand_fails_as_a_whole() -> None:
    facts = batch(["m2"])[3:]
    facts[0] = Began("a", "f-1", 2.0, sqs_event("m1", "m2"), Origin("k", 1, invoke=True))
    (cause,) = causes(facts)
    assert (cause.outcome, cause.invocations[0].failed_items) == ("failed", ["m2"])


def test_an_event_that_is_sent_twice_by_hand_is_two_causes() -> None:
    event = {"requestContext": {"requestId": "sample"}, "httpMethod": "GET", "path": "/"}
    facts: list[Fact] = [
        Began(name, "f-1", 1.0, event, Origin(f"k-{name}", 1, invoke=True)) for name in "ab"
    ]
    found = causes(facts)
    assert [(c.id, c.kind, c.title) for c in found] == [
        ("a", "invoke", "Invoke first"),
        ("b", "invoke", "Invoke first"),
    ]


def stream_event(*ids: str) -> dict[str, Any]:
    records = [
        {
            "eventSource": "aws:dynamodb",
            "eventID": id_,
            "dynamodb": {"SequenceNumber": f"n-{id_}", "Keys": {"id": {"S": f"the-key-of-{id_}"}}},
        }
        for id_ in ids
    ]
    return {"Records": records}


def written(*ids: str) -> list[Fact]:
    return [Linked(f"record:{id_}", Origin(f"k-{id_}", 1)) for id_ in ids]


FAILED = {"error": True, "body": {"errorType": "KeyError", "errorMessage": "'x'"}}


def test_each_record_of_a_batch_is_a_cause_of_its_own() -> None:
    facts = [*written("e1", "e2"), Began("a", "f-1", 2.0, stream_event("e1", "e2"))]
    found = causes([*facts, Ended("a", 3.0, FAILED)])
    assert [(c.id, c.kind, c.outcome) for c in found] == [
        ("e1", "write", "failed"),
        ("e2", "write", "failed"),
    ]
    for cause in found:
        (run,) = cause.invocations
        assert run.batch == 2
        (record,) = run.event["Records"]  # only its own
        assert record["eventID"] == cause.id


def test_endless_repeats_of_a_batch_stay_with_the_causes_that_began_it() -> None:
    """Also after everything else about them was forgotten."""
    facts = [*written("e1", "e2")]
    for n in range(1_500):
        facts += [
            Began(f"a{n}", "f-1", 2.0 + n, stream_event("e1", "e2")),
            Ended(f"a{n}", 2.5 + n, FAILED),
        ]
    first, second = causes(facts, now=9_999.0)
    for cause in (first, second):
        attempts = [run.attempt for run in cause.invocations]
        assert attempts == [1, *range(1_490, 1_501)]
        assert cause.invocations[0].id == "a0"
        assert cause.duration_ms == 1_500_500


def test_repeats_follow_what_led_to_them_when_that_is_forgotten() -> None:
    call = Origin("c", 2, run="a")
    facts: list[Fact] = [
        Began("a", "f-1", 1.0, {"x": 1}, Origin("k", 1, invoke=True)),
        Linked("record:e1", call, "the-key-of-e1"),
        Ended("a", 1.5, {"body": None}),
    ]
    for n in range(1_100):  # more than runs are remembered
        facts += [Began(f"b{n}", "f-2", 2.0 + n, stream_event("e1")), Ended(f"b{n}", 2.5, FAILED)]
    (cause,) = causes(facts)
    assert cause.id == "a"
    assert {run.follows for run in cause.invocations[1:]} == {"c"}
    assert cause.invocations[-1].attempt == 1_100


def test_a_schedule_and_its_further_attempts_are_one_cause() -> None:
    fired = Origin("k", 1, schedule="q-1")
    facts: list[Fact] = []
    for n in range(3):
        facts += [Began(f"a{n}", "f-1", 2.0 + n, {}, fired), Ended(f"a{n}", 2.5 + n, FAILED)]
    (cause,) = causes([*facts, Lost("m", "dlq-1", 6.0, [], fired)])
    assert (cause.kind, cause.title, cause.outcome) == ("schedule", "queue", "dead_letter")
    assert [run.attempt for run in cause.invocations] == [1, 2, 3]
    assert cause.dead_letters[0].reason == "KeyError: 'x'"


@pytest.mark.parametrize(
    ("arn", "kind", "title"),
    [
        ("arn:aws:scheduler:r:0:schedule/default/q-1", "schedule", "queue, run by hand"),
        ("arn:aws:scheduler:r:0:schedule/default/sample", "invoke", "Invoke first"),
    ],
)
def test_a_schedule_that_is_run_by_hand(arn: str, kind: str, title: str) -> None:
    origin = Origin("k", 1, invoke=True)
    path = "/2015-03-31/functions/f-1/invocations"
    facts: list[Fact] = [
        Began("a", "f-1", 1.0, {"time": "now", "schedule": arn}, origin),
        Ended("a", 2.0, {"body": None}),
        Exchange(origin, "POST", path, "", {"authorization": _SIGNED}, b"{}", 2, 2.0, 200),
    ]
    for order in (facts, [facts[2], *facts[:2]]):
        (cause,) = causes(order)
        assert (cause.kind, cause.title, cause.outcome) == (kind, title, "ok")


_SIGNED = "AWS4-HMAC-SHA256 Credential=x/20260101/r/lambda/aws4_request, Signature=0"
_KEY = "uploads/users/u1/näme.png"
_FORM = (
    '--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nuploads/users/u1/${filename}\r\n'
    '--b\r\nContent-Disposition: form-data; name="X-Amz-Signature"\r\n\r\n' + "a" * 64 + "\r\n"
    '--b\r\nContent-Disposition: form-data; name="policy"\r\n\r\nsecret\r\n'
    '--b\r\nContent-Disposition: form-data; name="file"; filename="näme.png"\r\n\r\nPNG\r\n--b--'
).encode()


def upload(kind: str) -> Exchange:
    origin, signature = Origin("k-up", 3), "a" * 64
    if kind == "form":
        headers = {"content-type": "multipart/form-data; boundary=b"}
        return Exchange(origin, "POST", "/q-1", "", headers, _FORM, len(_FORM), 3.5, 204)
    query = f"X-Amz-Credential=x&X-Amz-Signature={signature}"
    return Exchange(origin, "PUT", f"/q-1/{_KEY}", query, {}, b"PNG", 3, 3.5, 200)


@pytest.mark.parametrize("kind", ["form", "url"])
def test_an_upload_leads_back_to_the_request_that_allowed_it(kind: str) -> None:
    request = Origin("k", 1, api=True)
    event = {"requestContext": {"requestId": "r"}, "httpMethod": "POST", "path": "/uploads"}
    answer = json.dumps({"form": {"fields": {"x-amz-signature": "a" * 64}}}).encode()
    if kind == "url":
        answer = json.dumps({"url": f"http://x/q-1?X-Amz-Signature={'a' * 64}"}).encode()
    asked = Exchange(request, "POST", "/_aws/execute-api/x/local/uploads", ended=2.0, status=201)
    asked.answer, asked.answer_size = answer, len(answer)
    stored = upload(kind)
    record = {"eventSource": "aws:s3", "responseElements": {"x-amz-request-id": "s3-id"}}
    first, second = causes(
        [
            Began("a", "f-1", 1.0, event, request),
            Ended("a", 1.5, {"body": {"statusCode": 201}}),
            asked,
            Began("b", "f-2", 3.2, {"Records": [record]}, stored.origin),
            Ended("b", 3.4, {"body": None}),
            stored,
        ]
    )
    assert (first.id, second.id) == ("r", "s3-id")
    assert (second.kind, second.title) == ("upload", f"Upload of {_KEY}")
    assert (first.signed_by, second.signed_by) == (None, "r")
    assert "secret" not in json.dumps(second.input)
    assert "a" * 64 not in json.dumps(second.input)


def test_a_refused_call_tells_the_variable_that_names_nothing() -> None:
    program = Program("h", {"t-1": "users"}, environments={"f": {"TABLE": "t-1"}})
    chains = Chains(program)
    call = Origin("c", 2, run="a", denied=("dynamodb:GetItem", "arn:aws:dynamodb:r:0:table/t-2"))
    headers = {"x-amz-target": "DynamoDB_20120810.GetItem"}
    body, answer = b'{"TableName": "t-2"}', b'{"__type": "x#AccessDeniedException"}'
    for fact in (
        Began("a", "f", 1.0, {}, Origin("k", 1, invoke=True), {"TABLE": "t-2"}),
        Exchange(call, "POST", "/", "", headers, body, 20, 2.5, 400, {}, answer, 40),
    ):
        chains.take(fact)
    (cause,), _ = chains.changed()
    (found,) = cause.invocations[0].calls
    assert found.denied is not None
    assert found.denied.grant is None
    assert found.hint == (
        "t-2, the value of TABLE of f, does not exist in this stack; "
        "the program sets TABLE to t-1 (users)."
    )


_bytes = st.binary(max_size=40) | st.sampled_from(
    [b'{"a": "\\ud800"}', b"[" * 5000, b"{}", b"null"]
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_events = (
    _json
    | st.fixed_dictionaries({"Records": _json})
    | st.fixed_dictionaries({"requestContext": _json, "headers": _json})
)


@given(_bytes, _events, _json, st.text())
def test_whatever_comes_can_be_kept(body: bytes, event: Any, answer: Any, log: str) -> None:
    origin = Origin("k", 1, api=True)
    path = "/_aws/execute-api/x/local/p"
    call = Origin("c", 1, run="a")
    facts: list[Fact] = [
        Began("a", "f-1", 1.0, event, origin),
        Exchange(
            call, "PUT", "/b/%zz\udcff", "uploadId", {}, body, len(body), 2.0, 200, {}, body, 99
        ),
        Ended("a", 2.0, {"body": answer, "log": log, "error": bool(body)}),
        Exchange(origin, "GET", path, "", {}, body, len(body), 2.0, 200, {}, body, len(body)),
    ]
    (cause,) = causes(facts)
    assert len(cause.invocations[0].calls) == 1


def test_a_websockets_route_is_the_title_of_its_cause() -> None:
    event = {"requestContext": {"routeKey": "$connect", "connectionId": "c", "requestId": "r"}}
    [cause] = causes([Began("a", "f-1", 1.0, event), Ended("a", 2.0, {"body": None})])
    assert (cause.kind, cause.title) == ("invoke", "WebSocket $connect")


def test_what_a_function_sends_to_a_client_is_a_call_of_it() -> None:
    path = "/_aws/execute-api/x/local/@connections/c"
    post = Exchange(Origin("k", 1.5, run="a"), "POST", path, ended=1.6, status=410)
    began, ended = Began("a", "f-1", 1.0, {}), Ended("a", 2.0, {"body": None})
    [cause] = causes([began, post, ended])
    [call] = cause.invocations[0].calls
    assert (call.service, call.operation, call.status) == ("execute-api", "PostToConnection", 410)
