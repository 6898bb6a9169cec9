import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime import http
from handlers.runtime.faults import Unavailable, is_temporary, temporary_as_unavailable
from tests.support import samples
from tests.support.fakes import client_error, log, logged_text, outcomes

__all__ = ["log"]
CANARY = "canary@example.com"
ORIGINS = "https://app.example.com, https://admin.example.com"


def event(**members: Any) -> http.Event:
    return samples.request(**members)


@pytest.mark.parametrize("body", [None, ""])
def test_a_missing_body_is_empty(body: str | None) -> None:
    assert http.body(event(body=body), limit=1) == b""
    assert http.body({}, limit=1) == b""


@given(st.binary(max_size=40))
def test_base64_body_up_to_the_limit(content: bytes) -> None:
    request = event(body=base64.b64encode(content).decode(), isBase64Encoded=True)
    if len(content) <= 20:
        assert http.body(request, limit=20) == content
    else:
        with pytest.raises(http.BodyTooLarge):
            http.body(request, limit=20)


@given(st.text(st.characters(), max_size=40), st.booleans())
def test_any_body_is_bytes_or_a_named_error(text: str, encoded: bool) -> None:
    try:
        content = http.body(event(body=text, isBase64Encoded=encoded), limit=20)
    except (http.InvalidBody, http.BodyTooLarge):
        return
    assert len(content) <= 20


def test_limit_counts_bytes() -> None:
    assert http.body(event(body="ä" * 10), limit=20)
    with pytest.raises(http.BodyTooLarge):
        http.body(event(body="ä" * 10), limit=19)


def test_headers_are_found_in_any_case() -> None:
    request = event(headers={"iDEMPOTENCY-kEY": "k"})
    assert http.header(request, "Idempotency-Key") == "k"
    assert http.header(request, "Origin") is None
    assert http.header({"headers": None}, "Origin") is None


def test_response_is_json_that_is_not_cached() -> None:
    response = http.respond(404, http.Error("User not found"), headers={"X": "y"})
    assert response == {
        "statusCode": 404,
        "headers": {
            "Content-Type": "application/json",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
            "X": "y",
        },
        "body": '{"error":"User not found"}',
        "isBase64Encoded": False,
    }


def serve(answer: Any, *, origin: str | None = None, allowed: str = ORIGINS) -> http.Response:
    request = event(headers={"origin": origin} if origin else None)
    return http.serve(request, answer, failed="Failed to do it", cors_origins=allowed)


def good() -> http.Response:
    return http.respond(200, http.Error(""))


def bad() -> http.Response:
    raise ValueError(CANARY)


def busy() -> http.Response:
    with temporary_as_unavailable():
        raise client_error("ThrottlingException")


def test_unexpected_error_is_500_and_logged_without_its_text(log: pytest.LogCaptureFixture) -> None:
    response = serve(bad)
    assert response["statusCode"] == 500
    assert json.loads(response["body"]) == {"error": "Failed to do it"}
    assert outcomes(log) == ["failed"]
    assert log.records[0].error == "ValueError"
    assert "in bad" in log.records[0].stack
    assert CANARY not in logged_text(log)


def test_busy_is_503_with_retry_after(log: pytest.LogCaptureFixture) -> None:
    response = serve(busy)
    assert response["statusCode"] == 503
    assert response["headers"]["Retry-After"] == "2"
    assert json.loads(response["body"])["error"].startswith("Service busy")
    assert outcomes(log) == ["busy"]
    assert (log.records[0].cause, log.records[0].code) == ("ClientError", "ThrottlingException")
    assert "canary" not in logged_text(log)


@pytest.mark.parametrize("answer", [good, bad, busy])
@pytest.mark.parametrize("origin", ["https://app.example.com", "https://admin.example.com"])
def test_every_answer_names_an_allowed_origin(answer: Any, origin: str) -> None:
    headers = serve(answer, origin=origin)["headers"]
    assert headers["Access-Control-Allow-Origin"] == origin
    assert headers["Vary"] == "Origin"


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (None, ORIGINS),
        ("https://evil.example.com", ORIGINS),
        ("https://app.example.com.evil.com", ORIGINS),
        ("https://app.example.com, https://admin.example.com", ORIGINS),
        ("https://app.example.com", ""),
        ("*", "*"),
        ("https://app.example.com", "*"),
        ("", ""),
        ("null", ORIGINS),
    ],
)
def test_no_other_origin_gets_cors_headers(origin: str | None, allowed: str) -> None:
    headers = serve(good, origin=origin, allowed=allowed)["headers"]
    assert not [name for name in headers if name.startswith("Access-Control")]


@pytest.mark.parametrize(
    ("error", "passing"),
    [
        (client_error("ThrottlingException"), True),
        (client_error("ProvisionedThroughputExceededException"), True),
        (client_error("Anything", status=500), True),
        (client_error("Anything", status=429), True),
        (client_error("AccessDeniedException"), False),
        (client_error("ValidationException"), False),
        (ValueError(), False),
    ],
)
def test_temporary_errors(error: Exception, passing: bool) -> None:
    assert is_temporary(error) is passing
    with pytest.raises(Unavailable if passing else type(error)), temporary_as_unavailable():
        raise error


def test_a_missing_answer_is_temporary() -> None:
    from botocore import exceptions

    for error in (
        exceptions.ReadTimeoutError(endpoint_url="http://x"),
        exceptions.ConnectTimeoutError(endpoint_url="http://x"),
        exceptions.EndpointConnectionError(endpoint_url="http://x"),
        exceptions.ConnectionClosedError(endpoint_url="http://x"),
    ):
        assert is_temporary(error)
