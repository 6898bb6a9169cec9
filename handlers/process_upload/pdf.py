"""The text of PDF documents, extracted by PDFium.

PDFium is the fastest of the libraries that separate pages, and its licence is permissive, unlike
that of the second, MuPDF. It is written in C++, where a hostile document can do worse than raise an
exception, so it must run in ``sandbox.sealed``.
"""

import codecs
import re
from collections.abc import Iterator
from contextlib import closing
from typing import IO

import pypdfium2
from pypdfium2 import raw

from handlers.process_upload.annotations import take_texts
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.utf8 import write

MEMORY_BYTES = 384 * 1024 * 1024
"""Memory for reading a document, including the document itself (at most 200 MB).

PDFium does not limit what it unpacks. Beside the file it normally needs a few megabytes.
"""

codecs.lookup("utf-16-le")  # loads the codec of PDFium's texts: the sealed child cannot open it

_NOT_ENCRYPTED = -1
_PROTECTED = {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}  # the second: an unknown protection
_PAGE = re.compile(rb"/Type\s*/Page\b")
_COUNT_AFTER = re.compile(rb"(/Kids\s*\[[^\]]*\][^>]{0,256}?)/Count")
_COUNT_BEFORE = re.compile(rb"/Count(\s+\d+\b[^>]{0,256}?/Kids)")
_MOST_TO_RECOUNT = 32 * 1024 * 1024  # bytes of a document that fits into the memory twice
_HYPHEN = "\ufffe"  # stands for a hyphen that ends a line, together with the line end


def extract_pdf(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a document's text as UTF-8, with an empty line between pages.

    At the end of each page stand the values of its form fields and its other annotations, as far as
    a viewer shows them. A page that cannot be read does not spoil the others: in its place stands
    ``[Page 2 of 3 cannot be read]``. Pictures are not read, so the text of a scanned document is
    empty. That is a valid result.

    Raises:
        Rejected: ``ENCRYPTED``, even if the password is empty: the author restricted the use.
        pypdfium2.PdfiumError: the file is damaged, or no page can be read.
    """
    separator = ""
    with closing(_open(source.read())) as document:
        for content in _pages(document):
            write(text, f"{separator}{content}\n")
            separator = "\n"


def _open(content: bytes) -> pypdfium2.PdfDocument:
    document = _opened(content)
    if raw.FPDF_GetSecurityHandlerRevision(document) != _NOT_ENCRYPTED:
        raise Rejected(Reason.ENCRYPTED)
    if len(content) <= _MOST_TO_RECOUNT and len(_PAGE.findall(content)) > len(document):
        # PDFium believes a count that is too small, and counts itself where there is none.
        recounted = _opened(
            _COUNT_AFTER.sub(rb"\1/Cxxxx", _COUNT_BEFORE.sub(rb"/Cxxxx\1", content))
        )
        if len(recounted) > len(document):
            document, recounted = recounted, document
        recounted.close()
    document.init_forms()
    return document


def _opened(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code in _PROTECTED:
            raise Rejected(Reason.ENCRYPTED) from None
        raise


def _pages(document: pypdfium2.PdfDocument) -> Iterator[str]:
    """Yield the text of each page that has some, and a note in place of those not to be read."""
    count = len(document)
    unread: list[int] = []
    for number in range(count):
        try:
            content = _text(document, number)
        except pypdfium2.PdfiumError:
            unread.append(number + 1)
            continue
        if unread:
            yield _note(unread, count)
            unread.clear()
        if content:
            yield content
    if len(unread) == count > 0:
        raise pypdfium2.PdfiumError("no page can be read")
    if unread:
        yield _note(unread, count)


def _note(unread: list[int], count: int) -> str:
    pages = f"Page {unread[0]}" if len(unread) == 1 else f"Pages {unread[0]} to {unread[-1]}"
    return f"[{pages} of {count} cannot be read]"


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    # Each page is closed at once; otherwise the memory of all pages is held until the end.
    with closing(document[number]) as page:
        annotated, is_stale = take_texts(page)
        found = "" if is_stale else _page_text(page)
    if is_stale:
        with closing(document[number]) as page:
            found = _page_text(page)
    return "\n".join(filter(None, (found, *annotated)))


def _page_text(page: pypdfium2.PdfPage) -> str:
    with closing(page.get_textpage()) as content:
        found: str = content.get_text_range()
    return found.replace("\r\n", "\n").replace(_HYPHEN, "-\n").strip()
