"""The text of Word documents, with everything that their pages show."""

import zipfile
from collections.abc import Iterator
from typing import IO

from handlers.process_upload.opc import Package
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.utf8 import write
from handlers.process_upload.wordml import Story, read_story

_MAIN = frozenset(
    {
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml",
        "application/vnd.ms-word.document.macroenabled.main+xml",
        "application/vnd.ms-word.template.macroenabledtemplate.main+xml",
    }
)

# Office encrypts a package into a stream of this name, in an OLE file (MS-OFFCRYPTO, 2.3.4).
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def extract_docx(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a document's text as UTF-8, a line for each paragraph.

    Headers come first, then the body, its footnotes and endnotes, and the footers: each once, and
    only if a page shows it. Text in tables, text boxes, content controls, fields, links and
    equations is included, in the document's order. Tracked changes count as accepted. Hidden text,
    comments, the numbers of lists, charts and diagrams are left out.

    Raises:
        Rejected: ``ENCRYPTED``; ``MISMATCH`` if it is no Word document; ``TOO_EXPENSIVE`` and
            ``UNSUPPORTED``, see ``Package.open``; ``DAMAGED`` if its main part is missing.
        Exception: any error of ``zipfile`` and Expat, for a damaged file.
    """
    if source.read(len(_OLE)) == _OLE:
        raise Rejected(Reason.ENCRYPTED if _ENCRYPTED in source.read() else Reason.MISMATCH)
    with zipfile.ZipFile(source) as archive:
        for line in _lines(Package(archive)):
            write(text, f"{line}\n")


def _lines(package: Package) -> Iterator[str]:
    main = _main_part(package)
    parts = {one.id: one for one in package.relationships(main) if one.target in package}
    body = _story(package, main)
    even_pages = any(
        _story(package, one.target).even_pages for one in parts.values() if one.kind == "settings"
    )
    shown = dict.fromkeys(
        parts[id_] for id_ in body.headers_and_footers(even_pages=even_pages) if id_ in parts
    )
    for header in [one for one in shown if one.kind == "header"]:
        yield from _story(package, header.target).lines()
    yield from body.lines()
    for kind, notes in body.notes.items():
        for part in [one for one in parts.values() if one.kind == kind and notes]:
            yield from _story(package, part.target, notes).lines()
    for footer in [one for one in shown if one.kind == "footer"]:
        yield from _story(package, footer.target).lines()


def _main_part(package: Package) -> str:
    """Return the name of the main part: by relationship, else by content type."""
    related = [one.target for one in package.relationships() if one.kind == "officeDocument"]
    found = [name for name in related if package.content_type(name) in _MAIN]
    found += package.parts_of_type(_MAIN)
    if not found:
        raise Rejected(Reason.MISMATCH)
    for name in found:
        if name in package:
            return name
    raise Rejected(Reason.DAMAGED)


def _story(package: Package, part: str, notes: frozenset[str] | None = None) -> Story:
    with package.open(part) as stream:
        return read_story(stream, notes=notes)
