"""Whose requests the console answers, by what a request says of itself."""

import time
from pathlib import Path
from typing import Any

import pytest

from local.deployed import Deployed
from local.server.console import door, settings
from tests.support.loop import in_loop

BROWSER = {"accept": "text/html,*/*;q=0.8"}
KEY = "the-key"


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(door, "SETTINGS", tmp_path / settings.FILE)
    return settings.write(tmp_path, root=tmp_path, stack="local", deployed=Deployed())


def scope(
    path: str = "/", headers: dict[str, str] | None = None, query: str = "", method: str = "GET"
) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": query.encode(),
        "headers": [(k.encode(), v.encode()) for k, v in (headers or {}).items()],
        "server": ("127.0.0.1", 4566),
    }


def answer(given: dict[str, Any]) -> tuple[int, dict[bytes, bytes], bytes]:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    in_loop(door.serve(given, receive, send))
    return sent[0]["status"], dict(sent[0]["headers"]), sent[1]["body"]


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (scope(headers=BROWSER), True),
        (scope(headers=BROWSER, query="key=x"), True),
        (scope("/_console/causes"), True),
        (scope(), False),  # an SDK's, whose signature is then refused or not
        (scope(headers={"accept": "*/*"}), False),
        (scope(headers={**BROWSER, "authorization": "AWS4-HMAC-SHA256 …"}), False),
        (scope(headers=BROWSER, query="X-Amz-Signature=1"), False),
        (scope(headers=BROWSER, method="POST"), False),
        (scope("/bucket/key", BROWSER), False),
        (scope("/_ministack/health", BROWSER), False),
    ],
)
def test_what_is_for_the_console(given: dict[str, Any], wanted: bool) -> None:
    assert door.wants(given) is wanted


def test_before_the_stack_is_up_there_is_no_console(tmp_path: Path) -> None:
    (tmp_path / settings.FILE).unlink()
    assert door.wants(scope(headers=BROWSER)) is False


def test_only_the_owner_can_read_the_key(tmp_path: Path) -> None:
    assert (tmp_path / settings.FILE).stat().st_mode & 0o777 == 0o600


def test_the_key_stays_when_the_program_is_applied_again(tmp_path: Path, key: str) -> None:
    assert settings.write(tmp_path, root=tmp_path, stack="local", deployed=Deployed()) == key


def test_the_key_becomes_a_cookie(key: str) -> None:
    status, headers, _ = answer(scope(headers=BROWSER, query=f"key={key}"))
    assert (status, headers[b"location"]) == (303, b"/_console/")
    assert headers[b"set-cookie"].decode() == (
        f"console-4566={key}; Path=/_console/; HttpOnly; SameSite=Strict"
    )


@pytest.mark.parametrize("query", ["", "key=wrong"])
def test_without_the_key_there_is_no_cookie(query: str) -> None:
    status, headers, _ = answer(scope(headers=BROWSER, query=query))
    assert (status, headers[b"location"]) == (303, b"/_console/")
    assert b"set-cookie" not in headers


def test_an_address_for_once_opens_once(tmp_path: Path, key: str) -> None:
    query = settings.address_for_once(tmp_path, "").removeprefix("/?")
    assert key not in query
    assert answer(scope(headers=BROWSER, query="key=wrong"))[1].get(b"set-cookie") is None
    opened = answer(scope(headers=BROWSER, query=query))[1]
    assert opened[b"set-cookie"].decode().startswith(f"console-4566={key};")
    for used in (query, "key="):
        assert answer(scope(headers=BROWSER, query=used))[1].get(b"set-cookie") is None


def test_an_address_for_once_is_for_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = settings.address_for_once(tmp_path, "").removeprefix("/?")
    assert [path.stat().st_mode & 0o777 for path in tmp_path.iterdir()] == [0o600, 0o600]
    later = time.time() + 61
    monkeypatch.setattr("time.time", lambda: later)
    assert answer(scope(headers=BROWSER, query=query))[1].get(b"set-cookie") is None


@pytest.mark.parametrize("cookie", ["", "console-4566=wrong", "console-1={key}", "a=b; =;", "é"])
def test_without_the_cookie_there_is_nothing(cookie: str, key: str) -> None:
    headers = {**BROWSER, "cookie": cookie.replace("{key}", key)}
    for path in ("/_console/", "/_console/causes", "/_console/live", "/_console/index.html"):
        status, _, body = answer(scope(path, headers))
        assert status == 401
        assert b"app console --open" in body


@pytest.mark.parametrize("origin", [None, "null", "http://127.0.0.1:1", "http://evil.example"])
def test_a_change_needs_the_pages_own_origin(origin: str | None, key: str) -> None:
    headers = {"cookie": f"console-4566={key}", "host": "127.0.0.1:4566"}
    headers |= {"origin": origin} if origin else {}
    assert answer(scope("/_console/clear", headers, method="POST"))[0] == 403
