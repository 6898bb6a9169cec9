"""Requests outside any schema are refused in the API's error format, without a server error.

``test_openapi.py`` sends requests generated from the document. These requests cannot be.
"""

import http.client
import json
from collections.abc import Iterable
from urllib.parse import urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cloud import Cloud
from tests.support.e2e.system import Api, address

JSON = {"Content-Type": "application/json"}


def send(
    api: Api, method: str, path: str, body: bytes = b"", headers: Iterable[tuple[str, str]] = ()
) -> tuple[int, bytes]:
    """Send the request's bytes unchanged; return the response's status and body."""
    url = urlsplit(api.url)
    connection = http.client.HTTPConnection(str(url.hostname), url.port, timeout=60)
    try:
        connection.putrequest(method, url.path + path, skip_accept_encoding=True)
        for name, value in (*headers, ("Content-Length", str(len(body)))):
            connection.putheader(name, value)
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def post(api: Api, body: bytes, *headers: tuple[str, str]) -> tuple[int, bytes]:
    given_type = any(name == "Content-Type" for name, _ in headers)
    return send(api, "POST", "/users", body, headers if given_type else (*JSON.items(), *headers))


def user(*, name: bytes = b'"Ada"', email: bytes = b"", before: bytes = b"") -> bytes:
    """Return a request body with parts that ``json`` would not write."""
    email = email or json.dumps(address()).encode()
    return b"{%s%s}" % (before, b'"name": %s, "email": %s' % (name, email))


def is_an_error(content: bytes) -> bool:
    """Return whether a response has the API's error format and no stack trace."""
    error = json.loads(content)
    return set(error) == {"error"} and isinstance(error["error"], str) and len(error["error"]) < 400


REFUSED = {
    "nothing": b"",
    "a blank": b" ",
    "an array that never ends": b"[" * 100_000,
    "objects that never end": b'{"a":' * 100_000,
    "a deep array": b"[" * 100_000 + b"]" * 100_000,
    "a deep name": user(name=b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "a deep unknown field": user(before=b'"x": ' + b"[" * 3000 + b"]" * 3000 + b", "),
    "a huge integer for a name": user(name=b"9" * 5000),
    "a huge integer in an unknown field": user(before=b'"x": ' + b"9" * 5000 + b", "),
    "a float beyond all for a name": user(name=b"1e999999"),
    "not a number": user(name=b"NaN"),
    "not a number in an unknown field": user(before=b'"x": NaN, '),
    "infinity": user(email=b"-Infinity"),
    "a name twice, the last one wrong": user(before=b'"name": "Ada", ', name=b"5"),
    "bytes that are no UTF-8": user(name=b'"\xff\xfe"'),
    "a cut character": user(name=b'"\xe2\x82"'),
    "a surrogate in UTF-8": user(name=b'"\xed\xa0\x80"'),
    "half of a surrogate pair": user(name=rb'"\ud800"'),
    "UTF-16": user().decode().encode("utf-16"),
    "a byte order mark": b"\xef\xbb\xbf" + user(),
    "NUL": user(name=rb'"\u0000"'),
    "operators": user(name=b'{"$gt": ""}', email=b'{"$ne": null}'),
    "DynamoDB's own form": user(name=b'{"S": "Ada"}', email=b'{"S": "ada@example.com"}'),
    "a header in the name": user(name=rb'"Ada\r\nBcc: eve@example.com"'),
    "a header in the address": user(email=rb'"ada@example.com\r\nBcc: eve@example.com"'),
    "a second recipient": user(email=b'"ada@example.com,eve@example.com"'),
    "something behind": user() + b" x",
    "two bodies": user() + user(),
    "a comment": user(before=b"/* */"),
    "single quotes": user(name=b"'Ada'"),
    "gzip": b"\x1f\x8b\x08\x00" * 100,
    "XML with an entity": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
}


@pytest.mark.parametrize("body", REFUSED.values(), ids=REFUSED)
def test_a_hostile_body_is_refused(api: Api, body: bytes) -> None:
    status, content = post(api, body)
    assert status in (400, 413)
    assert is_an_error(content)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (user(name=b'"%s"' % (b"x" * 10_000_000)), 413),
        # Above API Gateway's 10 MB. The emulator lacks this limit, so the function answers there.
        (user(name=b'"%s"' % (b"x" * 11_000_000)), 413),
        # The largest size allowed, and one byte more.
        (user(before=b'"x": "%s", ' % (b"x" * 5_000)), 201),
        (b" " * 8193 + user(), 413),
    ],
    ids=["10 MB", "11 MB", "5 KB", "8 KB of blanks"],
)
def test_a_large_body_is_refused(api: Api, body: bytes, status: int) -> None:
    found, content = post(api, body)
    assert found == status
    assert status == 201 or is_an_error(content)


OPERATORS = [
    "'; DROP TABLE users; --",
    "{{7*7}}${7*7}#{7*7}",
    "${jndi:ldap://127.0.0.1/x}",
    "attribute_not_exists(id) OR :now = :now",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "$(reboot) `reboot` | reboot",
    "%s%n%x %d",
    '{"$gt": ""}',
]


@pytest.mark.parametrize("name", OPERATORS)
def test_operators_in_a_name_are_text(api: Api, cloud: Cloud, name: str) -> None:
    user = api.new_user(name)
    assert user["name"] == name
    found = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": user["id"]}}
    )
    assert {key: found["Item"][key]["S"] for key in user} == user


def test_what_is_not_asked_for_is_not_stored(api: Api, cloud: Cloud) -> None:
    """A caller can set neither system fields nor names with a meaning in a language."""
    hostile = {
        "id": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG",
        "welcomed": "2026-11-23T03:28:47Z",
        "__proto__": {"admin": True},
        "constructor": {"prototype": {}},
    }
    created = api("POST", "/users", {**hostile, "name": "Ada", "email": address()})
    assert created.status == 201
    assert created.body["user"]["id"] != hostile["id"]
    item = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Key={"id": {"S": created.body["user"]["id"]}},
    )["Item"]
    assert not set(item) & {"__proto__", "constructor"}


HEADERS = {
    "no media type": ("Content-Type", ""),
    "a form": ("Content-Type", "application/x-www-form-urlencoded"),
    "another charset": ("Content-Type", "application/json; charset=utf-16"),
    "a media type that is none": ("Content-Type", "\xff/;;;="),
    "a compression that is none": ("Content-Encoding", "gzip"),
    "a key that is too long": ("Idempotency-Key", "x" * 8_000),
    "an empty key": ("Idempotency-Key", ""),
    "a key beyond ASCII": ("Idempotency-Key", "\xe9"),
    "a null origin": ("Origin", "null"),
    "any origin": ("Origin", "*"),
    "another host": ("X-Forwarded-Host", "evil.example.com"),
    "another method": ("X-HTTP-Method-Override", "DELETE"),
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_hostile_header_is_refused_or_ignored(api: Api, header: tuple[str, str]) -> None:
    status, content = post(api, user(), header)
    # The local cloud itself refuses requests of other origins.
    assert status == {"Idempotency-Key": 400, "Origin": 403}.get(header[0], 201)
    assert status in (201, 403) or is_an_error(content)


PATHS = [
    "/users/%00",
    "/users/%ff",
    "/users/%0d",
    "/users/%",
    "/users/%zz",
    "/users/%c0%ae%c0%ae",
    "/users/..%2f..%2fetc%2fpasswd",
    "/users/../users/x",
    "/users/%0d%0aSet-Cookie:%20a=b",
    "/users/%E2%80%AE",
    "/users/user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG%0a",
    "/users/" + "x" * 8_000,
    "/users/%7Bid%7D",
    "/users/",
    "/users//",
    "/USERS/x",
    "/users/x/y",
    "/",
]


@pytest.mark.parametrize("path", PATHS)
def test_a_hostile_path_is_not_found(api: Api, path: str) -> None:
    status, content = send(api, "GET", path)
    assert status == 404
    assert is_an_error(content)


@pytest.mark.parametrize("path", ["/users", "/users/user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG/uploads"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "QUERY", "X"])
def test_a_method_that_there_is_not_is_not_found(api: Api, method: str, path: str) -> None:
    """API Gateway answers unknown paths and methods alike; it has no 405."""
    status, content = send(api, method, path)
    assert status == 404
    assert json.loads(content) == {"error": "Not found"}


@given(
    st.one_of(
        st.binary(max_size=300),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ).map(lambda value: json.dumps(value).encode()),
        st.tuples(st.binary(max_size=30), st.integers(0, 60)).map(
            lambda cut: (whole := user())[: cut[1]] + cut[0] + whole[cut[1] :]
        ),
    )
)
@settings(max_examples=50)
def test_any_bytes_are_served_or_refused(api: Api, body: bytes) -> None:
    status, content = post(api, body)
    assert status in (201, 400, 413)
    assert status == 201 or is_an_error(content)
