"""Plain text and HTML to UTF-8, with the standard library alone.

HTML is read as a stream of tags, not as a tree: a page of a hundred thousand nested tags costs no
more than a flat one.
"""

import re
from html.parser import HTMLParser
from typing import IO

from handlers.process_upload.rejection import Reason, Rejected

# In this order: the mark of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARED = re.compile(
    rb"<meta[^>]{0,256}?charset\s{0,8}=\s{0,8}[\"']?\s{0,8}([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE
)
_DECLARED_WITHIN = 4096  # browsers look at 1,024 bytes, some pages need more
# Python has codecs that are no charsets of text (``zip``, ``unicode_escape``); these are.
_CHARSETS = re.compile(
    r"utf-?8|us-ascii|latin-?1|iso-?8859-?\d{1,2}|windows-?125\d|cp125\d|koi8-?[ru]"
    r"|shift_?jis|euc-?(jp|kr)|iso-2022-jp|gbk|gb2312|gb18030|big5",
    re.IGNORECASE,
)
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
    """Write a text file as UTF-8, its line ends as they are.

    Its charset is that of its byte order mark, else UTF-8 if it is valid UTF-8, else windows-1252
    (which any bytes are; what it leaves undefined becomes U+FFFD).

    Raises:
        Rejected: ``MISMATCH`` for a file with NUL characters, which is no text.
    """
    write(text, _decode(source.read()))


def extract_html(source: IO[bytes], text: IO[bytes]) -> None:
    """Write what a page says as UTF-8: a line for each block, tabs between a table's cells.

    Scripts and styles are dropped. The charset is found as for text, but a ``<meta charset>`` is
    believed before UTF-8 is tried.

    Raises:
        Rejected: as ``extract_text``.
    """
    parser = _Page()
    parser.feed(_decode(source.read(), html=True))
    parser.close()
    write(text, parser.text())


def write(text: IO[bytes], content: str) -> None:
    """Write text as UTF-8; lone surrogates, which have no UTF-8, become question marks."""
    text.write(content.encode(errors="replace"))


def _decode(content: bytes, *, html: bool = False) -> str:
    for mark, charset in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(charset, errors="replace")
    if b"\x00" in content:
        raise Rejected(Reason.MISMATCH)
    if html and (declared := _DECLARED.search(content, 0, _DECLARED_WITHIN)):
        charset = declared[1].decode()
        if _CHARSETS.fullmatch(charset):
            return content.decode(charset, errors="replace")
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
        """Read on from ``<!``; what is no declaration is a comment, as it is to browsers."""
        try:
            return super().parse_html_declaration(i)
        except AssertionError:  # raised for ``<![0`` and its like by Pythons before mid-2025
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
