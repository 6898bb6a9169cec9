"""The text of PDF documents, extracted by PDFium.

PDFium is the fastest of the libraries that separate pages, and its licence is permissive, unlike
that of the second, MuPDF. It is written in C++, where a hostile document can do worse than raise an
exception, so it must run in ``sandbox.sealed``.
"""

import codecs
from contextlib import closing
from typing import IO

import pypdfium2
from pypdfium2 import raw

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.utf8 import write

MEMORY_BYTES = 384 * 1024 * 1024
"""Memory for reading a document, including the document itself (at most 200 MB).

PDFium does not limit what it unpacks. Beside the file it normally needs a few megabytes.
"""

codecs.lookup("utf-16-le")  # loads the codec of PDFium's texts: the sealed child cannot open it

_NOT_ENCRYPTED = -1
_HYPHEN = "\ufffe"  # stands for a hyphen that ends a line, together with the line end


def extract_pdf(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a document's text as UTF-8, with an empty line between pages.

    Pictures are not read, so the text of a scanned document is empty. That is a valid result.

    Raises:
        Rejected: ``ENCRYPTED``, even if the password is empty: the author restricted the use.
        pypdfium2.PdfiumError: the file is damaged.
    """
    separator = ""
    with closing(_open(source.read())) as document:
        if raw.FPDF_GetSecurityHandlerRevision(document) != _NOT_ENCRYPTED:
            raise Rejected(Reason.ENCRYPTED)
        for number in range(len(document)):
            if content := _text(document, number):
                write(text, f"{separator}{content}\n")
                separator = "\n"


def _open(content: bytes) -> pypdfium2.PdfDocument:
    try:
        return pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError as error:
        if error.err_code == raw.FPDF_ERR_PASSWORD:
            raise Rejected(Reason.ENCRYPTED) from None
        raise


def _text(document: pypdfium2.PdfDocument, number: int) -> str:
    # Each page is closed at once; otherwise the memory of all pages is held until the end.
    with closing(document[number]) as page, closing(page.get_textpage()) as content:
        found: str = content.get_text_range()
    return found.replace("\r\n", "\n").replace(_HYPHEN, "-\n").strip()
