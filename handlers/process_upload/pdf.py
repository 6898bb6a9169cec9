"""The text of PDF documents, by PDFium.

Of the libraries that tell pages apart it is the fastest, and its licence is permissive
where that of the next one, MuPDF, is not. It is C++, and a hostile document might do more to it
than make it raise exceptions: ``sandbox.sealed`` is where it belongs.
"""

import codecs
from contextlib import closing
from typing import IO

import pypdfium2
from pypdfium2 import raw

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.text import write

MEMORY_BYTES = 384 * 1024 * 1024
"""Most that reading a document may take, itself included, which is at most 200 MB.

PDFium has no limit of its own on what it unpacks; beside the file it takes a few megabytes.
"""

codecs.lookup("utf-16-le")  # loads what PDFium's texts are decoded by: later nothing can be opened

_NOT_ENCRYPTED = -1
_HYPHEN = "\ufffe"  # in place of one that ends a line, and of the line's end


def extract_pdf(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a document's text as UTF-8, an empty line between pages.

    Pages without text, such as scans, give none: a document of scans has an empty text, which is
    a result like another (its pictures are not read).

    Raises:
        Rejected: ``ENCRYPTED``, also where the password is empty: who made it restricted its use.
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
    # Closed page by page, or the memory of all of them would be held until the end.
    with closing(document[number]) as page, closing(page.get_textpage()) as content:
        found: str = content.get_text_range()
    return found.replace("\r\n", "\n").replace(_HYPHEN, "-\n").strip()
