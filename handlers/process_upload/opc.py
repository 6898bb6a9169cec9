"""Packages of Office Open XML (ISO/IEC 29500-2): ZIP archives whose parts refer to each other."""

import posixpath
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import IO
from urllib.parse import unquote
from xml.parsers import expat

from handlers.process_upload.rejection import Reason, Rejected

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Largest total size of the parts that are read; ``zipfile`` enforces the sizes they declare."""

_PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    # The same, in documents of the variant Strict.
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "urn:schemas-microsoft-com:vml": "v",
}
_CONTENT_TYPES = "[content_types].xml"
_ENCRYPTED = 0x1  # of a member's flags


@dataclass(frozen=True)
class Relationship:
    """A part's reference to another part of the package.

    Attributes:
        id: by which the part's content names it.
        kind: the last word of its type, such as ``header``, which Strict documents share.
        target: the name of the other part, which may not exist.
    """

    id: str
    kind: str
    target: str


def xml_parser() -> expat.XMLParserType:
    """Return a parser of XML. Names are ``namespace name``; entities of the file are left out."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.DefaultHandler = lambda _: None  # with it, Expat expands no entity
    return parser


@lru_cache(maxsize=1024)
def short(name: str) -> str:
    """Return a parser's name with the usual prefix of its namespace, if that is known."""
    namespace, _, local = name.rpartition(" ")
    return f"{_PREFIXES[namespace]}:{local}" if namespace in _PREFIXES else local


class Package:
    """An open package. The names of parts are compared as the standard does: without case."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {_canonical(member.filename): member for member in archive.infolist()}
        self._left = MAX_UNPACKED_BYTES
        self._by_extension: dict[str, str] = {}
        self._by_name: dict[str, str] = {}
        if _CONTENT_TYPES not in self._members:
            raise Rejected(Reason.MISMATCH)
        self._read(_CONTENT_TYPES, self._content_type)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def open(self, name: str) -> IO[bytes]:
        """Open a part.

        Raises:
            Rejected: ``TOO_EXPENSIVE`` if the opened parts together are larger than
                ``MAX_UNPACKED_BYTES``, ``ENCRYPTED``, ``UNSUPPORTED`` for an unusual compression.
        """
        member = self._members[name]
        self._left -= member.file_size
        if self._left < 0:
            raise Rejected(Reason.TOO_EXPENSIVE)
        if member.flag_bits & _ENCRYPTED:
            raise Rejected(Reason.ENCRYPTED)
        try:
            return self._archive.open(member)
        except NotImplementedError:
            raise Rejected(Reason.UNSUPPORTED) from None

    def content_type(self, name: str) -> str:
        """Return the content type of a part in lower case; "" if the package does not know it."""
        extension = name.rpartition(".")[2]
        return self._by_name.get(name) or self._by_extension.get(extension, "")

    def parts_of_type(self, content_types: frozenset[str]) -> Iterator[str]:
        """Yield the names of the parts that are listed with one of these types; some may miss."""
        return (name for name, listed in self._by_name.items() if listed in content_types)

    def relationships(self, part: str = "") -> list[Relationship]:
        """Return what a part, or the package itself, refers to inside the package."""
        folder, _, name = part.rpartition("/")
        source = posixpath.join(folder, "_rels", f"{name}.rels")
        found: list[Relationship] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag.endswith(" Relationship") and attributes.get("TargetMode") != "External":
                kind = attributes.get("Type", "").rpartition("/")[2]
                target = posixpath.join("/", folder, unquote(attributes.get("Target", "")))
                found.append(Relationship(attributes.get("Id", ""), kind, _canonical(target)))

        if source in self._members:
            self._read(source, start)
        return found

    def _read(self, name: str, start: Callable[[str, dict[str, str]], None]) -> None:
        parser = xml_parser()
        parser.StartElementHandler = start
        with self.open(name) as stream:
            parser.ParseFile(stream)

    def _content_type(self, tag: str, attributes: dict[str, str]) -> None:
        listed = attributes.get("ContentType", "").lower()
        if tag.endswith(" Default"):
            self._by_extension[attributes.get("Extension", "").lower()] = listed
        elif tag.endswith(" Override"):
            self._by_name[_canonical(unquote(attributes.get("PartName", "")))] = listed


def _canonical(name: str) -> str:
    """Return a part's name as it is compared: relative to the package, in lower case."""
    return posixpath.normpath("/" + name.replace("\\", "/").lower()).lstrip("/")
