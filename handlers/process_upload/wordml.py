"""WordprocessingML (ISO/IEC 29500-1): the text of one part, such as the body or a header."""

from collections.abc import Iterator
from typing import IO

from handlers.process_upload.opc import short, xml_parser
from handlers.process_upload.symbols import symbol

_UNDERSTOOD = ("http://schemas.microsoft.com/office/", "http://schemas.openxmlformats.org/")
_PARAGRAPHS = frozenset({"w:p", "a:p"})
_TEXTS = frozenset({"w:t", "a:t", "m:t"})
_CHARACTERS = {"w:br": "\n", "a:br": "\n", "w:cr": "\n", "w:ptab": "\t", "w:noBreakHyphen": "-"}
_REMOVED = frozenset({"w:del", "w:moveFrom"})
_REFERENCES = {"w:footnoteReference": "footnotes", "w:endnoteReference": "endnotes"}
_NOTES = frozenset({"w:footnote", "w:endnote"})
_OFF = frozenset({"0", "false", "off"})


def read_story(stream: IO[bytes], *, notes: frozenset[str] | None = None) -> "Story":
    """Read a part.

    Args:
        stream: the part's XML; it can be read twice.
        notes: of a part with footnotes or endnotes, the ids of those to read.

    Raises:
        expat.ExpatError: the XML is not well-formed.
    """
    story = _read(stream, Story(notes))
    if story.in_field_code:  # a field that never ends would hide the rest
        stream.seek(0)
        story = _read(stream, Story(notes, fields=False))
    return story


def _read(stream: IO[bytes], story: "Story") -> "Story":
    parser = xml_parser()
    parser.StartElementHandler = story.start
    parser.EndElementHandler = story.end
    parser.CharacterDataHandler = story.text
    parser.StartNamespaceDeclHandler = story.start_namespace
    parser.ParseFile(stream)
    return story


class Story:
    """The text of a part; collects it by the events of a parser.

    Attributes:
        notes: the ids of the footnotes and endnotes that the text refers to.
        even_pages: of the settings, whether even pages have headers and footers of their own.
    """

    def __init__(self, only_notes: frozenset[str] | None = None, *, fields: bool = True) -> None:
        self.notes: dict[str, frozenset[str]] = dict.fromkeys(_REFERENCES.values(), frozenset())
        self.even_pages = False
        self._only_notes = only_notes
        self._namespaces: dict[str, str] = {}
        self._path: list[str] = []
        self._left_out = 0  # depth of the element that is left out with its content
        self._lines: list[list[str]] = []
        self._open: list[list[str]] = []  # the paragraphs around the present place
        self._unmarked: list[str] | None = None  # a paragraph whose end was deleted
        self._joined: list[str] | None = None  # the paragraph that the next one continues
        self._taken: list[bool] = []  # for each AlternateContent: one of its choices was read
        self._results: list[bool] | None = [] if fields else None  # for each field: past its code
        self._ruby = ""
        self._references: list[tuple[str, str]] = []
        self._title_page = False

    @property
    def in_field_code(self) -> bool:
        """Return True if the current position is in the code of a field."""
        return self._results is not None and not all(self._results)

    def lines(self) -> Iterator[str]:
        """Yield the paragraphs that are not empty."""
        for pieces in self._lines:
            if (line := "".join(pieces)).strip("\n"):
                yield line

    def headers_and_footers(self, *, even_pages: bool) -> list[str]:
        """Return the ids of the relationships to the headers and footers that pages show."""
        shown = {"default": True, "first": self._title_page, "even": even_pages}
        return [id_ for pages, id_ in self._references if shown.get(pages)]

    def start_namespace(self, prefix: str | None, uri: str | None) -> None:
        """Handle the declaration of a namespace."""
        self._namespaces[prefix or ""] = uri or ""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Handle the start of an element."""
        tag = short(name)
        self._path.append(tag)
        if self._left_out:
            return
        values = {short(key): value for key, value in attributes.items()}
        if levels := self._levels_left_out(tag, values):
            self._left_out = len(self._path) + 1 - levels
        elif tag in _PARAGRAPHS:
            self._start_paragraph()
        elif tag in _CHARACTERS:
            self._add(_CHARACTERS[tag])
        elif tag == "w:tab" and self._path[-2:-1] == ["w:r"]:  # others are the stops of a ruler
            self._add("\t")
        elif tag == "w:rt":
            self._open.append([])
        else:
            self._note(tag, values)

    def end(self, _: str) -> None:
        """Handle the end of an element."""
        tag = self._path.pop()
        if self._left_out:
            if len(self._path) < self._left_out:
                self._left_out = 0
        elif tag in _PARAGRAPHS:
            self._joined = None
            if (ended := self._open.pop()) is self._unmarked:
                self._joined, self._unmarked = ended, None
        elif tag == "w:rt":
            self._ruby = "".join(self._open.pop())
        elif tag == "w:ruby" and self._ruby:
            self._add(f"({self._ruby})")
            self._ruby = ""
        elif tag == "mc:AlternateContent":
            self._taken.pop()

    def text(self, characters: str) -> None:
        """Handle characters."""
        if not self._left_out and self._path and self._path[-1] in _TEXTS:
            self._add(characters)

    def _add(self, characters: str) -> None:
        if self.in_field_code:
            return
        if not self._open:
            self._lines.append([])
        (self._open or self._lines)[-1].append(characters)

    def _start_paragraph(self) -> None:
        paragraph, self._joined = self._joined, None
        if paragraph is None:
            paragraph = []
            self._lines.append(paragraph)
        self._open.append(paragraph)

    def _levels_left_out(self, tag: str, values: dict[str, str]) -> int:
        """Return how much begins here to be left out: 1 is the element, 3 its grandparent."""
        above = self._path[-3:-1]
        if tag in _REMOVED:
            if above == ["w:pPr", "w:rPr"] and self._open:
                self._unmarked = self._open[-1]
            return 3 if above == ["w:tr", "w:trPr"] else 1
        if tag == "w:cellDel":
            return 3
        if tag == "w:vanish":
            return 3 if above == ["w:r", "w:rPr"] and _is_on(values) else 0
        if tag in _NOTES and self._only_notes is not None:
            return int(values.get("w:id") not in self._only_notes)
        if tag == "mc:AlternateContent":
            self._taken.append(False)
        if tag in ("mc:Choice", "mc:Fallback") and self._taken:
            if self._taken[-1] or (tag == "mc:Choice" and not self._understands(values)):
                return 1
            self._taken[-1] = True
        return int(tag == "w:sectPrChange")

    def _understands(self, values: dict[str, str]) -> bool:
        required = [self._namespaces.get(one, "") for one in values.get("Requires", "").split()]
        return bool(required) and all(one.startswith(_UNDERSTOOD) for one in required)

    def _note(self, tag: str, values: dict[str, str]) -> None:
        if tag == "w:sym":
            self._add(symbol(values.get("w:font", ""), values.get("w:char", "")))
        elif tag == "v:textpath":
            self._add(values.get("string", ""))
        elif tag == "w:fldChar" and self._results is not None:
            self._field(values.get("w:fldCharType", ""), self._results)
        elif tag in _REFERENCES and not self.in_field_code:
            self.notes[_REFERENCES[tag]] |= {values.get("w:id", "")}
        elif tag in ("w:headerReference", "w:footerReference"):
            self._references.append((values.get("w:type", "default"), values.get("r:id", "")))
        elif tag == "w:titlePg":
            self._title_page |= _is_on(values)
        elif tag == "w:evenAndOddHeaders":
            self.even_pages |= _is_on(values)

    @staticmethod
    def _field(kind: str, results: list[bool]) -> None:
        if kind == "begin":
            results.append(False)
        elif kind == "separate" and results:
            results[-1] = True
        elif kind == "end" and results:
            results.pop()


def _is_on(values: dict[str, str]) -> bool:
    return values.get("w:val", "true").lower() not in _OFF
