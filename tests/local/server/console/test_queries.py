"""Whatever a query says, the console answers what was asked, or says what is wrong with it."""

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette

from local.deployed import Deployed
from local.errors import LocalError
from local.history.store import History
from local.server.console import live, settings
from local.server.console.app import routes
from local.server.console.stage import Stage
from ops.events.model import Cause
from tests.support.history import samples
from tests.support.loop import in_loop


class _Stage(Stage):
    def __init__(self, folder: Path) -> None:
        settings.write(folder, root=folder, stack="local", deployed=Deployed())
        self._settings = settings.read(folder / settings.FILE)
        self._history = History(folder / "h.sqlite3")
        self._history.write(samples(time.time()))

    @property
    def settings(self) -> settings.Settings:
        return self._settings

    @property
    def history(self) -> History:  # type: ignore[override]
        return self._history

    def client(self, service: str) -> Any:
        raise LocalError(f"This test has no {service}.")


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Starlette:
    return routes(_Stage(tmp_path_factory.mktemp("console")))


@pytest.fixture(scope="module", autouse=True)
def live_pages_end_at_once() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(live, "LONGEST_SECONDS", -1)
        yield


def ask(pages: Starlette, path: str, query: list[tuple[str, str]] | bytes = b"") -> tuple[int, Any]:
    sent: list[dict[str, Any]] = []
    scope = {
        "type": "http",
        "method": "GET",
        "path": f"/_console/{path}",
        "query_string": query if isinstance(query, bytes) else urlencode(query).encode(),
        "headers": [],
    }

    received = iter([{"type": "http.request", "body": b""}])

    async def receive() -> dict[str, Any]:
        return next(received, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    in_loop(pages(scope, receive, send))  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], body


@pytest.mark.parametrize(
    ("path", "query", "said"),
    [
        ("causes", "limit=-1", "limit is '-1': expected `int` >= 1."),
        ("causes", "limit=201", "limit is '201': expected `int` <= 200."),
        ("causes", "limit=x", "limit is 'x': expected `int`, got `str`."),
        ("causes", f"limit={'9' * 5_000}", f"limit is '{'9' * 40}': "),
        ("causes", "since=nan", "since is 'nan': expected `float`"),
        ("causes", "since=1e400", "since is '1e400': number out of range."),
        ("causes", "since=-1", "since is '-1': expected `float`"),
        ("causes", "outcome=bad", "outcome is 'bad': "),
        ("causes", "whole=maybe", "whole is 'maybe': "),
        ("causes", f"text={'x' * 1_001}", "text is 'xxxx"),
        ("causes", "limti=5", "unknown field `limti`. Known: limit, before, function, outcome"),
        ("causes/run-1", "all", "unknown field `all`. Known: whole."),
        ("live", "after=-1", "after is '-1': expected `int` >= 0."),
        ("live", f"after={2**64}", f"after is '{2**64}': expected `int`"),
        ("live", f"after={'9' * 30}", f"after is '{'9' * 30}': expected `int`"),
        ("file", "", "Known: key, save."),
        ("file", "key=", "Known: key, save."),
        ("file", f"key={'k' * 1_025}", "key is 'kkk"),
        ("picture.svg", "version=x", "version is 'x': expected `int`"),
        ("queues", "x=1", "unknown field `x`"),
    ],
)
def test_a_wrong_query_is_explained(pages: Starlette, path: str, query: str, said: str) -> None:
    status, body = ask(pages, path, query.encode())
    assert status == 400
    message = json.loads(body)["message"]
    assert said in message
    assert len(message) < 300


def test_a_right_query_is_answered(pages: Starlette) -> None:
    status, body = ask(pages, "causes", b"limit=2&text=ADA%40example.com&outcome=&since=")
    assert (status, [row["id"] for row in json.loads(body)]) == (200, ["req-1"])
    status, body = ask(pages, "causes", b"whole&limit=1&function=send-email")
    assert (status, json.loads(body)[0]["invocations"][0]["function"]) == (200, "create-user")
    assert ask(pages, "causes/req-1", b"whole")[0] == 200
    assert ask(pages, "causes/none")[0] == 404
    assert ask(pages, "live", b"after=3")[0] == 200


def test_an_upload_and_the_request_that_allowed_it_lead_to_each_other(pages: Starlette) -> None:
    upload = Cause("s3-1", "upload", "Upload of uploads/a", time.time(), signed_by="req-1")
    pages.state.stage.history.write([upload])
    for id_, how, other, title in (
        ("req-1", "Led to", "s3-1", "Upload of uploads/a"),
        ("s3-1", "Allowed by", "req-1", "POST /users"),
    ):
        status, body = ask(pages, f"causes/{id_}")
        assert status == 200
        assert json.loads(body)["related"] == [{"how": how, "id": other, "title": title}]


_NAMES = st.sampled_from(
    ["limit", "before", "function", "outcome", "text", "since", "whole", "after", "key", "save"]
) | st.text(max_size=8)
_VALUES = (
    st.integers().map(str)
    | st.floats().map(str)
    | st.text(max_size=20)
    | st.sampled_from(["ok", "true", "9" * 5_000, "-0", "1_0", "٣", "\0"])
)


@hypothesis.settings(max_examples=60)
@given(
    st.sampled_from(["causes", "causes/req-1", "live", "file", "denied", "schedules"]),
    st.lists(st.tuples(_NAMES, _VALUES), max_size=4),
)
def test_no_query_breaks_the_server(
    pages: Starlette, path: str, query: list[tuple[str, str]]
) -> None:
    status, body = ask(pages, path, query)
    assert status in (200, 400, 404)
    if status == 400:
        assert json.loads(body)["message"]


@hypothesis.settings(max_examples=40)
@given(st.binary(max_size=40))
def test_no_bytes_break_the_server(pages: Starlette, query: bytes) -> None:
    assert ask(pages, "causes", query)[0] in (200, 400)


@hypothesis.settings(max_examples=40)
@given(st.text(min_size=1, max_size=30).filter(lambda text: "/" not in text))
def test_no_id_breaks_the_server(pages: Starlette, id_: str) -> None:
    assert ask(pages, f"causes/{id_}")[0] in (400, 404)
    assert ask(pages, "causes", [("before", id_)] if id_.isprintable() else [])[0] == 200
