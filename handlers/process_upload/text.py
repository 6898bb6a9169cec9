"""Plain text and HTML, converted to UTF-8.

HTML is read as a stream of tags, not as a tree, so a page of a hundred thousand nested tags costs
no more than a flat one.
"""

import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import IO

from handlers.process_upload.charset import decode
from handlers.process_upload.declaration import in_html, in_xhtml
from handlers.process_upload.utf8 import write

_SPACE = re.compile(r"\s+")
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details"}
    | {"dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"}
    | {"h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p"}
    | {"pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_HIDDEN = frozenset({"script", "style"})


def extract_text(source: IO[bytes], text: IO[bytes], *, content_type: str = "") -> None:
    """Write a text file as UTF-8, with its own line ends. For the charset, see ``charset``.

    Raises:
        Rejected: ``MISMATCH`` for a file with NUL characters, which is not text.
    """
    write(text, decode(source.read(), content_type))


def extract_html(
    source: IO[bytes],
    text: IO[bytes],
    *,
    content_type: str = "",
    declared: Callable[[bytes], Iterable[str]] = in_html,
) -> None:
    """Write the text of a page as UTF-8: a line for each block, tabs between a table's cells.

    Scripts and styles are dropped. For the charset, see ``charset``.

    Raises:
        Rejected: as ``extract_text``.
    """
    content = source.read()
    parser = _Page()
    parser.feed(decode(content, content_type, declared(content)))
    parser.close()
    write(text, parser.text())


def extract_xhtml(source: IO[bytes], text: IO[bytes], *, content_type: str = "") -> None:
    """Write the text of a page in XML, as ``extract_html`` does."""
    extract_html(source, text, content_type=content_type, declared=in_xhtml)


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._pieces: list[str] = []
        self._hidden = False
        self._preformatted = 0

    def parse_html_declaration(self, i: int) -> int:
        """Skip what follows ``<!``; as in browsers, a broken declaration is a comment."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # before mid-2025, Python raised it for ``<![0`` and the like
            return self.parse_bogus_comment(i)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag in _HIDDEN:
            self._hidden = True
        elif tag in _BLOCKS:
            self._pieces.append("\n")
        self._preformatted += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = False
        elif tag in _BLOCKS:
            self._pieces.append("\n")
        elif tag in _CELLS:
            self._pieces.append("\t")
        if tag == "pre" and self._preformatted:
            self._preformatted -= 1

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        if not self._preformatted:
            data = _SPACE.sub(" ", data)
            if not self._pieces or self._pieces[-1] == "\n":
                data = data.lstrip()
        if data:
            self._pieces.append(data)

    def text(self) -> str:
        """Return the lines that are not empty."""
        lines = (line.rstrip() for line in "".join(self._pieces).split("\n"))
        return "".join(f"{line}\n" for line in lines if line)
