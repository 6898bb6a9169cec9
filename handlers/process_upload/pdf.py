"""The text of PDF documents, by pypdf."""

from typing import IO

from pypdf import PdfReader

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.text import write


def extract_pdf(source: IO[bytes], text: IO[bytes]) -> None:
    """Write a document's text as UTF-8, an empty line between pages.

    Pages without text, such as scans, give none: a document of scans has an empty text, which is
    a result like another (its pictures are not read).

    Raises:
        Rejected: ``ENCRYPTED``, also where the password is empty: who made it restricted its use.
        Exception: whatever pypdf makes of a damaged file.
    """
    reader = PdfReader(source)
    if reader.is_encrypted:
        raise Rejected(Reason.ENCRYPTED)
    separator = ""
    for page in reader.pages:
        if content := page.extract_text().strip():
            write(text, f"{separator}{content}\n")
            separator = "\n"
