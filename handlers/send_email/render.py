"""E-mails from templates: each as plain text and as HTML."""

from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from handlers.common.email_message import EmailMessage

_TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Rendered:
    """What is sent."""

    subject: str
    text: str
    html: str


def render(message: EmailMessage) -> Rendered:
    """Fill in the templates of the message's type; everything is escaped in the HTML.

    Templates get ``$subject`` and ``$body``; the HTML ones give the content of ``layout.html``.
    """
    content = _template(f"{message.type}.html").substitute(
        subject=escape(message.subject), body=_paragraphs(message.body)
    )
    return Rendered(
        subject=message.subject,
        text=_template(f"{message.type}.txt").substitute(
            subject=message.subject, body=_lines(message.body)
        ),
        html=_template("layout.html").substitute(subject=escape(message.subject), content=content),
    )


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))


def _lines(text: str) -> str:
    return text.strip().replace("\r\n", "\n").replace("\r", "\n")


def _paragraphs(text: str) -> str:
    """Make HTML paragraphs of what blank lines separate, and breaks of the other line ends."""
    paragraphs = [part.strip() for part in _lines(text).split("\n\n")]
    return "\n".join(
        f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>'
        for part in paragraphs
        if part
    )
