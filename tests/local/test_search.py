"""A text is found in a cause however deep it stands in JSON, and as URLs write it."""

import json
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local.history.search import holds, is_plain, like
from local.history.store import History
from ops.events.model import Cause

_TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(_TEXTS, st.lists(st.booleans(), min_size=1, max_size=4))
def test_json_inside_of_json(text: str, ascii_only: list[bool]) -> None:
    written: Any = f"<{text}>"
    for only in ascii_only:
        written = json.dumps({"body": written}, ensure_ascii=only)
    assert holds(text, written)


@given(_TEXTS)
def test_urls(text: str) -> None:
    assert holds(text, json.dumps({"key": quote(text, safe="")}))
    assert holds(text, json.dumps({"key": quote_plus(text)}))


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> History:
    history = History(tmp_path_factory.mktemp("search") / "h.sqlite3")
    body = json.dumps({"name": "Zoë O'Brien", "to": "zoe+test@example.com", "note": 'say "hi"'})
    history.write(
        [
            Cause("message", "message", "Message to emails", 1, input={"MessageBody": body}),
            Cause("file", "upload", "Upload of uploads/a", 2, input={"key": quote("Müll 1_a.png")}),
            Cause("other", "message", "Message to emails", 3, input={"MessageBody": "{}"}),
        ]
    )
    return history


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Zoë", ["message"]),
        ("ZOË o'brien", ["message"]),
        ("zoe+test@EXAMPLE.com", ["message"]),
        ('say "hi"', ["message"]),
        ("Müll 1_a.png", ["file"]),
        ("1_a", ["file"]),
        ("1xa", []),
        ("Zo%", []),
        ("emails", ["other", "message"]),
    ],
)
def test_a_cause_is_found_by_its_input(history: History, text: str, found: list[str]) -> None:
    assert [cause.id for cause in history.causes(text=text)] == found


@given(_TEXTS, st.text(max_size=20))
def test_the_first_filter_drops_nothing_that_the_second_would_find(text: str, around: str) -> None:
    parts = [part for part in like(text).split("%") if part]
    document = json.dumps(around + text + around)
    place = 0
    for part in parts:
        place = document.find(part, place)
        assert place >= 0
        place += len(part)
    assert is_plain(text) is (like(text) == f"%{text}%" and "%" not in text)
