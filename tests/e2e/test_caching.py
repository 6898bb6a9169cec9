"""What a caller may keep of the API's answers, and how it asks whether they have changed."""

import json
import time

import pytest

from handlers.runtime.presign import WINDOW_SECONDS
from local.project import ROOT
from tests.support.e2e.system import Answer, Api
from tests.support.e2e.uploading import Caller

OF_GET = {"cache-control": "private, no-cache", "vary": "Authorization, Origin, X-Api-Key"}


def gets() -> list[str]:
    """Return the paths of a user, and of what belongs to the user."""
    paths = json.loads((ROOT / "openapi.json").read_text())["paths"]
    return [path for path in paths if path.startswith("/users/{id}") and "get" in paths[path]]


def stored(answer: Answer) -> dict[str, str]:
    """Return the headers that a cache reads."""
    return {name: answer.headers.get(name, "") for name in ("cache-control", "etag", "vary")}


@pytest.fixture(scope="module")
def caller(api: Api) -> Caller:
    return Caller(api)


@pytest.fixture(scope="module")
def upload(caller: Caller) -> str:
    found: str = caller.settled(caller.uploads("notes.txt", b"some text", "text/plain"))["id"]
    return found


@pytest.mark.parametrize("path", gets())
def test_who_has_the_answer_of_a_get_gets_none(
    api: Api, caller: Caller, upload: str, path: str
) -> None:
    wait_for_a_window(seconds=5)
    path = path.format(id=caller.user, upload=upload)
    answer = api("GET", path)
    assert answer.status == 200
    tag = answer.headers["etag"]
    assert stored(answer) == {**OF_GET, "etag": tag}
    again = api("GET", path, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status, again.body) == (304, None)
    assert stored(again) == stored(answer)
    assert api("GET", path, headers={"If-None-Match": '"other"'}).body == answer.body


@pytest.mark.needs("list_uploads")
def test_a_new_upload_changes_the_list(api: Api, caller: Caller, upload: str) -> None:
    tag = api("GET", caller.path()).headers["etag"]
    caller.requests("more.txt", 9, "text/plain")
    answer = api("GET", caller.path(), headers={"If-None-Match": tag})
    assert answer.status == 200
    assert answer.headers["etag"] != tag


@pytest.mark.needs("get_user", "list_uploads")
def test_nothing_else_may_be_stored(api: Api, caller: Caller, upload: str) -> None:
    answers = [
        api("POST", "/users", {}),
        api("POST", caller.path(), {"filename": "a", "content_type": "text/plain", "size": 1}),
        api("GET", "/users/nobody", headers={"If-None-Match": "*"}),
        api("GET", f"{caller.path()}?limit=0"),
        api("GET", "/nothing"),  # the gateway's own
    ]
    assert [answer.status for answer in answers] == [400, 201, 404, 400, 404]
    assert [answer.headers.get("cache-control") for answer in answers] == ["no-store"] * 5
    assert not [answer for answer in answers if "etag" in answer.headers]


def wait_for_a_window(*, seconds: float) -> None:
    """Wait until links stay the same for so long."""
    left = WINDOW_SECONDS - time.time() % WINDOW_SECONDS
    if left < seconds:
        time.sleep(left)
