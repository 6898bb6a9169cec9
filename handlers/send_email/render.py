"""E-mails from templates, as plain text and as HTML.

Templates contain ``$subject`` and ``$body``. The HTML ones replace ``$content`` in ``layout.html``.
They are split at these names once, whereas ``string.Template`` searches them for each e-mail.
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
    """The content of an e-mail."""

    subject: str
    text: str
    html: str


def render(message: EmailMessage) -> Rendered:
    """Return an e-mail from the templates of the message's type; the HTML escapes all values."""
    body = message.body.strip().replace("\r\n", "\n").replace("\r", "\n")
    text, html = _templates(message.type)
    return Rendered(
        subject=message.subject,
        text=_fill(text, {"subject": message.subject, "body": body}),
        html=_fill(html, {"subject": escape(message.subject), "body": _paragraphs(body)}),
    )


@cache
def _templates(kind: str) -> tuple[list[str], list[str]]:
    """Return a type's templates, of text and of HTML, as lists that alternate text and names."""
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
    """Return HTML: a paragraph for each part between blank lines, ``<br>`` for other line ends."""
    paragraphs = [part.strip() for part in text.split("\n\n")]
    return "\n".join(
        f'<p style="margin:0 0 16px">{escape(part).replace(chr(10), "<br>")}</p>'
        for part in paragraphs
        if part
    )
