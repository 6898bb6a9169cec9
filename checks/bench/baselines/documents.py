"""Extracts the text of a PDF's pages with other libraries, each imported when used."""

import io


def pypdfium2(content):
    from pypdfium2 import PdfDocument

    document = PdfDocument(content)
    texts = []
    for number in range(len(document)):
        page = document[number]
        text = page.get_textpage()
        texts.append(text.get_text_range())
        text.close()
        page.close()
    document.close()
    return [text.encode() for text in texts]


def pymupdf(content):
    import pymupdf

    with pymupdf.open(stream=content) as document:
        return [page.get_text().encode() for page in document]


def pdf_oxide(content):
    from pdf_oxide import PdfDocument

    document = PdfDocument.from_bytes(content)
    return [document.extract_text(number).encode() for number in range(document.page_count())]


def pypdf(content):
    from pypdf import PdfReader

    return [page.extract_text().encode() for page in PdfReader(io.BytesIO(content)).pages]


def pdf_inspector(content):
    # All in one: its texts of single pages are Markdown, and take it three times as long.
    from pdf_inspector import extract_text_bytes

    return [extract_text_bytes(content).encode()]
