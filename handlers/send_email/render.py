"""E-mails from templates: each as plain text and as HTML.

Templates have ``$subject`` and ``$body``; the HTML ones are the ``$content`` of ``layout.html``.
They are split at these names once: ``string.Template`` looks for them anew for each e-mail.
"""

import re
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

from handlers.domain.email_message import EmailMessage

_TEMPLATES = Path(__file__).parent / "templates"
_NAME = re.compile(r"\$([a-z]+)")


@dataclass(frozen=True)
class Rendered:
    """What is sent."""

    subject: str
    text: str
    html: str


def render(message: EmailMessage) -> Rendered:
    """Fill in the templates of the message's type; everything is escaped in the HTML."""
    body = message.body.strip().replace("\r\n", "\n").replace("\r", "\n")
    text, html = _templates(message.type)
    return Rendered(
        subject=message.subject,
        text=_fill(text, {"subject": message.subject, "body": body}),
        html=_fill(html, {"subject": escape(message.subject), "body": _paragraphs(body)}),
    )


@cache
def _templates(kind: str) -> tuple[list[str], list[str]]:
    """Return a type's templates, of text and of HTML: what stands still and names by turns."""
    text, content, layout = (
        (_TEMPLATES / name).read_text(encoding="utf-8")
        for name in (f"{kind}.txt", f"{kind}.html", "layout.html")
    )
    return _NAME.split(text), _NAME.split(layout.replace("$content", content))


def _fill(template: list[str], values: dict[str, str]) -> str:
    pieces = template.copy()
    pieces[1::2] = [values[name] for name in template[1::2]]
    return "".join(pieces)


def _paragraphs(text: str) -> str:
    """Make HTML paragraphs of what blank lines separate, and breaks of the other line ends."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return "\n".join(
        f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>'
        for part in paragraphs
        if part
    )
