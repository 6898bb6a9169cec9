"""What hostile callers and senders try, against the running system."""

import json
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from system import address
from world import World, sqs_event

REFUSED = {400, 413}


def shape(answer: Any) -> bool:
    return set(answer.body) == {"error"} and isinstance(answer.body["error"], str)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"[" * 7_000, id="deep arrays"),
        pytest.param(b'{"name":' * 1_000 + b"1" + b"}" * 1_000, id="deep objects"),
        pytest.param(b'{"name": "A", "email": ' + b"9" * 5_000 + b"}", id="huge integer"),
        pytest.param(b'{"name": 1e99999, "email": "a@example.com"}', id="huge exponent"),
        pytest.param(b'{"name": NaN, "email": "a@example.com"}', id="NaN"),
        pytest.param(b'{"name": Infinity, "email": Infinity}', id="Infinity"),
        pytest.param(b'{"name": {"$gt": ""}, "email": {"$ne": null}}', id="operators"),
        pytest.param(b'{"name": "A", "email": "x@example.com\' OR \'1\'=\'1"}', id="quotes"),
        pytest.param(b'{"name": ["A"], "email": true}', id="wrong types"),
        pytest.param(b'{"name": "\\ud800", "email": "a@example.com"}', id="lone surrogate"),
        pytest.param(b'{"name": "\\u0000", "email": "a@example.com"}', id="NUL"),
        pytest.param(b'{"name": "A", "email": "a@example.com"} {}', id="trailing"),
        pytest.param(b'\xff\xfe{"name": 1}', id="no UTF-8"),
        pytest.param(b"null", id="null"),
        pytest.param(b'"text"', id="text"),
        pytest.param(b"", id="nothing"),
        pytest.param(b'{"name": "' + b"A" * 10 * 2**20 + b'", "email": ""}', id="10 MB"),
    ],
)  # fmt: skip
def test_deep_json_huge_integers_nan_duplicate_keys_10_mb_bodies(world: World, body: bytes) -> None:
    answer = world.api("POST", "/users", body)
    assert answer.status in REFUSED, answer
    assert shape(answer)


def test_duplicate_keys_are_one_of_them(world: World) -> None:
    """JSON leaves open which one counts (RFC 8259, 4): whichever it is, it is validated."""
    email = address()
    text = f'{{"name": "First", "name": "Last", "email": "no", "email": "{email}"}}'
    answer = world.api("POST", "/users", text.encode())
    assert answer.status in (201, 400)
    if answer.status == 201:
        assert (answer.body["user"]["name"], answer.body["user"]["email"]) == ("Last", email)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=40, deadline=None)
@given(
    body=st.binary(max_size=200)
    | JSON.map(json.dumps).map(str.encode)
    | st.builds(lambda name, email: json.dumps({"name": name, "email": email}).encode(), JSON, JSON)
)
def test_wrong_types_and_operators_in_strings(world: World, body: bytes) -> None:
    answer = world.api("POST", "/users", body)
    assert answer.status in REFUSED, answer
    assert shape(answer)


LINE_ENDS = ["\r", "\n", "\r\n", "\u2028", "\u0085", "\0"]
WITH_LINE_END = st.tuples(
    st.text("ab@. ", max_size=6), st.sampled_from(LINE_ENDS), st.text("ab:@. ", max_size=20)
).map("".join)


@settings(max_examples=25, deadline=None)
@given(text=WITH_LINE_END, field=st.sampled_from(["name", "email"]))
@example(text="a@example.com\r\nBcc: b@example.com", field="email")
@example(text="Ada\r\nBcc: b@example.com", field="name")
def test_cr_lf_in_what_callers_send(world: World, text: str, field: str) -> None:
    body = {"name": "Ada", "email": address(), field: text}
    assert world.api("POST", "/users", body).status == 400


@settings(max_examples=25, deadline=None)
@given(text=WITH_LINE_END, field=st.sampled_from(["to", "subject"]))
@example(text="a@example.com\r\nBcc: b@example.com", field="to")
@example(text="News\r\nBcc: b@example.com", field="subject")
def test_cr_lf_in_addresses_and_subjects(world: World, text: str, field: str) -> None:
    """A permanent failure: at its last receipt it fails as at its first, and never is a header."""
    message = {"to": address(), "subject": "News", "body": "b", "type": "notification", field: text}
    for receives in (1, 5):
        event = sqs_event([json.dumps(message)], receives=receives)
        answer = world.invoke("send-email", event)
        failed = [{"itemIdentifier": event["Records"][0]["messageId"]}]
        assert answer == {"batchItemFailures": failed}
    assert world.mails(message["to"]) == 0
