"""A signature holds for one request: no change of it, wherever, is accepted."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.credentials import Credentials
from local.server.claims import Refused, claim
from local.server.signature import verify
from tests.support.loop import in_loop
from tests.support.signing import JSON, Request, presigned, signed

HOST = "127.0.0.1:4566"
KEYS = Credentials("AKIAEXAMPLEEXAMPLE12", "secret")
CALL = Request("sqs", "POST", "/", {**JSON, "X-Amz-Target": "AmazonSQS.ListQueues"}, b'{"a": 1}')
PUT = Request("s3", "PUT", "/bucket/a%20b/c", {}, b"words")
SIGNED = {
    "header": lambda: signed(CALL, f"http://{HOST}", KEYS),
    "S3": lambda: signed(PUT, f"http://{HOST}", KEYS),
    "URL": lambda: presigned(replace(PUT, body=b""), f"http://{HOST}", KEYS),
}
PRINTABLE = st.characters(min_codepoint=0x21, max_codepoint=0x7E)


def check(request: Request, *more: tuple[str, str]) -> bytes:
    """Verify a request as the gate does; return the body that goes on."""
    path, _, query = request.path.partition("?")
    headers = [("Host", HOST), *request.headers.items(), *more]
    scope: dict[str, Any] = {
        "type": "http",
        "method": request.method,
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers],
    }
    middle = len(request.body) // 2
    messages = [
        {"type": "http.request", "body": request.body[:middle], "more_body": True},
        {"type": "http.request", "body": request.body[middle:], "more_body": False},
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def run() -> bytes:
        claimed = claim(scope)
        if claimed is None:
            raise Refused("MissingAuthenticationToken", "as the gate does")
        rest = await verify(claimed, scope, receive, secret)
        return b"".join([(await rest())["body"], (await rest())["body"]])

    return in_loop(run())


def secret(key: str, token: str) -> str:
    if (key, token) != (KEYS.access_key, ""):
        raise Refused("InvalidClientTokenId", f"no such key: {key}")
    return KEYS.secret_key


@pytest.mark.parametrize("way", SIGNED)
def test_the_body_goes_on_as_it_came(way: str) -> None:
    request = SIGNED[way]()
    assert check(request) == request.body


@given(st.sampled_from(list(SIGNED)), st.data())
def test_no_changed_character_is_accepted(way: str, data: st.DataObject) -> None:
    request = SIGNED[way]()
    authorization = request.headers.get("Authorization")
    text = authorization or request.path
    place = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(PRINTABLE.filter(lambda character: character not in (text[place], "#")))
    changed = text[:place] + other + text[place + 1 :]
    if authorization:
        request = replace(request, headers=request.headers | {"Authorization": changed})
    else:
        request = replace(request, path=changed)
        if unquote(changed) == unquote(text):
            return  # written otherwise, and the same
    with pytest.raises(Refused):
        check(request)


@given(st.sampled_from(["header", "S3"]), st.binary(max_size=12))
def test_no_other_body_is_accepted(way: str, body: bytes) -> None:
    request = SIGNED[way]()
    if body != request.body:
        with pytest.raises(Refused):
            check(replace(request, body=body))


@pytest.mark.parametrize("seconds", [-14 * 60, 14 * 60])
def test_a_clock_may_differ_by_a_quarter_of_an_hour(seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert check(signed(PUT, f"http://{HOST}", KEYS, at=at)) == PUT.body


@pytest.mark.parametrize("seconds", [-15 * 60 - 1, 15 * 60 + 9])
def test_a_request_of_another_time_is_refused(seconds: int) -> None:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    with pytest.raises(Refused, match=r"expired|future"):
        check(signed(PUT, f"http://{HOST}", KEYS, at=at))


def test_a_url_expires() -> None:
    at = datetime.now(UTC) - timedelta(seconds=100)
    call = replace(PUT, body=b"")
    assert check(presigned(call, f"http://{HOST}", KEYS, at=at, expires=110)) == b""
    with pytest.raises(Refused, match="expired"):
        check(presigned(call, f"http://{HOST}", KEYS, at=at, expires=99))


@given(st.text(PRINTABLE, max_size=80))
def test_any_other_header_is_refused(authorization: str) -> None:
    for start in ("", "AWS4-HMAC-SHA256 ", "AWS4-HMAC-SHA256 Credential=test/"):
        headers = CALL.headers | {"Authorization": start + authorization}
        with pytest.raises(Refused):
            check(replace(CALL, headers=headers))


@pytest.mark.parametrize("name", ["Authorization", "Host", "X-Amz-Date", "X-Amz-Target"])
def test_a_header_that_comes_twice_is_refused(name: str) -> None:
    request = SIGNED["header"]()
    with pytest.raises(Refused, match="once"):
        check(request, (name, {**request.headers, "Host": HOST}[name]))
