"""The text of Word documents (DOCX), extracted by python-docx."""

import zipfile
from typing import IO

import docx
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.utf8 import write

MAX_UNPACKED_BYTES = 256 * 1024 * 1024
"""Largest total size of a document's parts; ``zipfile`` enforces the sizes that they declare."""


def extract_docx(source: IO[bytes], text: IO[bytes]) -> None:
    """Write the text of a document's body as UTF-8, a line for each paragraph.

    Paragraphs in tables, text boxes and content controls are included, in the document's order.
    Headers, footers and comments are not.

    Raises:
        Rejected: ``TOO_EXPENSIVE`` for an archive that unpacks to more than ``MAX_UNPACKED_BYTES``.
        Exception: any error of python-docx, for a damaged file.
    """
    with zipfile.ZipFile(source) as archive:
        if sum(member.file_size for member in archive.infolist()) > MAX_UNPACKED_BYTES:
            raise Rejected(Reason.TOO_EXPENSIVE)
    source.seek(0)
    document = docx.Document(source)
    for element in document.element.body.iter(qn("w:p")):
        if line := Paragraph(element, document).text:
            write(text, f"{line}\n")
