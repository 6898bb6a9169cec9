"""Plain text and HTML, converted to UTF-8.

HTML is read as a stream of tags, not as a tree, so a page of a hundred thousand nested tags costs
no more than a flat one.
"""

import re
from html.parser import HTMLParser
from typing import IO

import webencodings

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.utf8 import write

# Byte order marks. The order matters: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_META_CHARSET = re.compile(
    rb"<meta[^>]{0,256}?charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_META_WITHIN = 4096  # browsers search 1,024 bytes, some pages need more
# Charsets that a readable `<meta>` shows to be wrong, and those that are not decoded at all.
_NEVER_DECLARED = {"utf-16le", "utf-16be", "replacement", "x-user-defined"}
_SPACE = re.compile(r"\s+")
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "br", "caption", "dd", "details"}
    | {"dialog", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1"}
    | {"h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p"}
    | {"pre", "section", "summary", "table", "tbody", "tfoot", "thead", "title", "tr", "ul"}
)
_CELLS = frozenset({"td", "th"})
_HIDDEN = frozenset({"script", "style"})


def extract_text(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a text file as UTF-8, with its own line ends.

    The charset is that of the byte order mark. Without one it is UTF-8 if the file is valid UTF-8,
    and windows-1252 otherwise (bytes that it does not define become U+FFFD).

    Raises:
        Rejected: ``MISMATCH`` for a file with NUL characters, which is not text.
    """
    write(text, _decode(source.read()))


def extract_html(source: IO[bytes], text: IO[bytes]) -> None:
    """Write the text of a page as UTF-8: a line for each block, tabs between a table's cells.

    Scripts and styles are dropped. The charset is found as for text, except that a ``<meta
    charset>`` with a label of the WHATWG's Encoding Standard comes before the trial of UTF-8.

    Raises:
        Rejected: as ``extract_text``.
    """
    parser = _Page()
    parser.feed(_decode(source.read(), html=True))
    parser.close()
    write(text, parser.text())


def _decode(content: bytes, *, html: bool = False) -> str:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(charset, errors="replace")
    if b"\x00" in content:
        raise Rejected(Reason.MISMATCH)
    if html and (declared := _META_CHARSET.search(content, 0, _META_WITHIN)):
        encoding = webencodings.lookup(declared[1].decode())
        if encoding is not None and encoding.name not in _NEVER_DECLARED:
            text: str = encoding.codec_info.decode(content, "replace")[0]
            return text
    try:
        return content.decode()
    except UnicodeDecodeError:
        return content.decode("windows-1252", errors="replace")


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
