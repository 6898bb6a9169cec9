from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.email_message import EmailMessage, MessageType
from handlers.send_email.render import Rendered, render

TYPES: list[MessageType] = ["welcome", "notification"]
TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


class Parsed(HTMLParser):
    """The elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def rendered(subject: str, body: str, kind: MessageType = "welcome") -> Rendered:
    return render(EmailMessage("ada@x.co", subject, body, kind))


@pytest.mark.parametrize("kind", TYPES)
def test_text_and_html(kind: MessageType) -> None:
    email = rendered("Hello & welcome", "Dear Ada,\r\n\r\nline 1\nline 2", kind)
    assert email.subject == "Hello & welcome"
    assert email.text.startswith("Hello & welcome\n\nDear Ada,\n\nline 1\nline 2\n\n-- \n")
    assert "<title>Hello &amp; welcome</title>" in email.html
    assert ">Dear Ada,</p>" in email.html
    assert "line 1<br>line 2</p>" in email.html
    assert email.html.startswith("<!doctype html>")


def test_types_differ() -> None:
    assert rendered("s", "b", "welcome").html != rendered("s", "b", "notification").html


def test_dollar_signs_are_text() -> None:
    email = rendered("$body costs $5", "${subject} $$ $")
    assert "$body costs $5" in email.html
    assert "${subject} $$ $" in email.text


@given(TEXT, TEXT, st.sampled_from(TYPES))
def test_no_value_becomes_an_element(subject: str, body: str, kind: MessageType) -> None:
    plain = Parsed(rendered("s", "b", kind).html).elements
    email = rendered(subject + "<script>&'\"", body + "<img src=x>", kind)
    parsed = Parsed(email.html)
    assert [e for e in parsed.elements if e not in ("p", "br")] == [
        e for e in plain if e not in ("p", "br")
    ]
    assert "<script>&'\"" in parsed.text
    assert "<img src=x>" in parsed.text
