"""Inputs and answers are kept in a limited size, and without credentials."""

import json
from typing import Any

import msgspec
import pytest

from local.history.payload import (
    MOST_BYTES,
    MOST_LEVELS,
    of_body,
    of_value,
    safe_headers,
    without_secrets,
)

SECRET = "Bearer abcdefgh.ijkl"


def kept(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


@pytest.mark.parametrize("name", ["Authorization", "x-api-key", "COOKIE", "X-Amz-Security-Token"])
def test_no_header_tells_a_credential(name: str) -> None:
    given = {name: SECRET, "X-Copy": f"see {SECRET}", "Accept": "*/*"}
    assert "abcdefgh" not in str(safe_headers(given))
    assert safe_headers(given)["Accept"] == "*/*"
    event = {
        "headers": given,
        "multiValueHeaders": {header: [value] for header, value in given.items()},
        "requestContext": {"identity": {"apiKey": SECRET, "userAgent": SECRET, "sourceIp": "::1"}},
        "body": "kept",
    }
    cleaned = without_secrets(event)
    assert "abcdefgh" not in str(cleaned)
    assert cleaned["body"] == "kept"
    assert cleaned["requestContext"]["identity"]["sourceIp"] == "::1"
    assert "abcdefgh" in str(event)  # what the function gets is not changed


@pytest.mark.parametrize(
    "event", [None, [], [1], {"headers": 1}, {"requestContext": 1, "headers": {}}]
)
def test_other_events_stay_as_they_are(event: Any) -> None:
    assert without_secrets(event) == event


def test_a_batch_of_graphql_loses_the_callers_credentials() -> None:
    batch = [{"request": {"headers": {"x-api-key": SECRET, "accept": "*/*"}}, "source": {"id": 1}}]
    (cleaned,) = without_secrets(batch)
    assert "abcdefgh" not in str(cleaned)
    assert (cleaned["source"], cleaned["request"]["headers"]["accept"]) == ({"id": 1}, "*/*")


def test_a_long_one_is_cut_with_a_note() -> None:
    assert kept(of_value("x" * (MOST_BYTES - 2))) == "x" * (MOST_BYTES - 2)
    cut = kept(of_value("x" * (MOST_BYTES - 1)))
    assert len(cut) < MOST_BYTES
    assert cut.endswith("(the beginning of 65,537 bytes)")
    assert kept(of_body(b"\xff" * 9, 1_000_000, "image/png")) == "(1,000,000 bytes of image/png)"
    assert kept(of_body("éé".encode()[:-1], 1_000_000)).startswith("é")
    assert kept(of_body(b"{" * 9, 1_000_000)).endswith("(the beginning of 1,000,000 bytes)")


def nested(levels: int) -> bytes:
    return (
        b'[{"a":' * (levels // 2)
        + b"[" * (levels % 2)
        + b"]" * (levels % 2)
        + b"}]" * (levels // 2)
    )


@pytest.mark.parametrize("levels", [1, MOST_LEVELS - 1, MOST_LEVELS])
def test_what_is_nested_is_kept_as_it_is(levels: int) -> None:
    body = nested(levels) if levels % 2 else nested(levels).replace(b":}", b":1}")
    assert kept(of_body(body, len(body))) == kept(of_value(json.loads(body))) == json.loads(body)


@pytest.mark.parametrize("levels", [MOST_LEVELS + 1, 801, 5_001])
def test_what_is_nested_too_deeply_is_a_text(levels: int) -> None:
    """Or readers of the history could not read the cause at all."""
    body = nested(levels)
    assert kept(of_body(body, len(body))) == body.decode()
    if levels < 900:
        assert kept(of_value(json.loads(body))) == body.decode()
    else:
        deep: list[Any] = []
        for _ in range(levels):
            deep = [deep]
        assert kept(of_value(deep)) == "(nested too deeply to be recorded)"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b"", None),
        (b'{"a": 1}', {"a": 1}),
        (b"plain", "plain"),
        (b'{"a": "\\ud800"}', '{"a": "\\ud800"}'),
        (b"\xff\xd8", "(2 bytes of image/jpeg)"),
    ],
)
def test_a_body_is_shown_as_what_it_is(body: bytes, shown: Any) -> None:
    assert kept(of_body(body, len(body), "image/jpeg")) == shown
