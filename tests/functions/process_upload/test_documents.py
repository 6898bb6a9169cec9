import io
from collections.abc import Callable
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.process_upload import sniff
from handlers.process_upload.pdf import extract_pdf
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind
from handlers.process_upload.text import extract_html, extract_text
from handlers.process_upload.word import extract_docx
from tests.functions.process_upload import files as files


def extract(extractor: Callable[[IO[bytes], IO[bytes]], None], content: bytes) -> str:
    made = io.BytesIO()
    extractor(io.BytesIO(content), made)
    return made.getvalue().decode()


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", ""),
        ("name,city\r\nZoë,Zürich\r\n".encode(), "name,city\r\nZoë,Zürich\r\n"),
        ("\ufeff# Überschrift".encode(), "# Überschrift"),
        ("\ufeffgrün".encode("utf-16-le"), "grün"),
        ("\ufeffgrün".encode("utf-16-be"), "grün"),
        ("\ufeffgrün".encode("utf-32-le"), "grün"),
        ("\ufeffgrün".encode("utf-32-be"), "grün"),
        ("10 € grün".encode("windows-1252"), "10 € grün"),
        (b"odd \x81 byte \xfc", "odd \ufffd byte ü"),
    ],
)
def test_text_becomes_utf8(content: bytes, text: str) -> None:
    assert extract(extract_text, content) == text


@pytest.mark.parametrize("extractor", [extract_text, extract_html])
def test_a_file_with_nul_characters_is_not_text(
    extractor: Callable[[IO[bytes], IO[bytes]], None],
) -> None:
    with pytest.raises(Rejected) as rejected:
        extract(extractor, b"PK\x03\x04\x00\x00")
    assert rejected.value.reason is Reason.MISMATCH


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff")))
def test_utf8_passes_unchanged(text: str) -> None:
    assert extract(extract_text, text.encode()) == text


PAGE = """<!DOCTYPE html><html><head><title>A  title</title><style>p { color: red }</style>
<script>let hidden = "<p>no</p>";</script></head><body><!-- no -->
<h1>Big</h1><p>Some <b>bold</b> and
   <i>slanted</i>&nbsp;&amp; more.<br>Next</p><ul><li>one<li>two</ul>
<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>
<pre>x
  y</pre></body></html>"""


def test_a_page_s_text() -> None:
    assert extract(extract_html, PAGE.encode()).splitlines() == [
        "A title",
        "Big",
        "Some bold and slanted & more.",
        "Next",
        "one",
        "two",
        "a\tb",
        "c\td",
        "x",
        "  y",
    ]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ('<meta charset="windows-1251"><p>Привет'.encode("windows-1251"), "Привет\n"),
        ("<meta http-equiv=x content='text/html; charset=gb2312'>你好".encode("gb2312"), "你好\n"),
        (b"<meta charset=unicode_escape>\\u0041", "\\u0041\n"),
        (b"<meta charset=zip><p>gr\xfcn", "grün\n"),
        (b"<meta charset=utf-16><p>gr\xfcn", "grün\n"),
        (b"<meta charset=iso-8859-99><p>gr\xfcn", "grün\n"),
        (b"<meta charset=iso-2022-kr><p>gr\xfcn", "grün\n"),
        (b"<meta charset=iso-8859-1><p>10 \x80", "10 €\n"),
        ("<meta charset=x-sjis><p>日本".encode("shift_jis"), "日本\n"),
        ("<meta charset=macintosh><p>grün".encode("mac-roman"), "grün\n"),
        ("\ufeff<meta charset=latin-1><p>grün".encode(), "grün\n"),
        (b"", ""),
        (b"<script>never closed", ""),
        (b"&#xD800; &#1114112;", "\ufffd \ufffd\n"),
        (b"<p>a<![0>b<![odd[c]]>d", "abd\n"),
    ],
)
def test_pages_charsets_and_oddities(content: bytes, text: str) -> None:
    assert extract(extract_html, content) == text


def test_deep_nesting_costs_no_more_than_flat() -> None:
    assert extract(extract_html, b"<div>" * 100_000 + b"deep" + b"</div>" * 100_000) == "deep\n"


@given(st.text("<>/!-&;#x0 \n\"'=apscript[]?", max_size=200))
def test_any_page_can_be_parsed(page: str) -> None:
    extract(extract_html, page.encode())


@pytest.mark.parametrize("compress", [False, True])
def test_the_text_of_a_pdf(compress: bool) -> None:
    content = files.pdf(
        files.pdf_text("First page"), b"", files.pdf_text("Last page"), compress=compress
    )
    assert extract(extract_pdf, content) == "First page\n\nLast page\n"


def test_lines_of_a_pdf_end_alike_and_hyphens_stay() -> None:
    content = b"BT /F1 12 Tf 20 200 Td (An exam-) Tj 0 -14 Td (ple) Tj 0 -14 Td (of lines.) Tj ET"
    assert extract(extract_pdf, files.pdf(content)) == "An exam-\nple\nof lines.\n"


def test_a_pdf_without_text_has_an_empty_one() -> None:
    assert extract(extract_pdf, files.pdf(b"0 0 100 100 re f")) == ""


@pytest.mark.parametrize("password", ["", "secret"])
def test_an_encrypted_pdf_is_rejected(password: str) -> None:
    with pytest.raises(Rejected) as rejected:
        extract(extract_pdf, files.encrypted_pdf(password))
    assert rejected.value.reason is Reason.ENCRYPTED


def test_the_text_of_a_word_document() -> None:
    lines = ["Grüße", "First paragraph.", "left", "right", "Last paragraph."]
    assert extract(extract_docx, files.word()).splitlines() == lines


def test_a_word_document_that_unpacks_to_too_much_is_rejected_unread() -> None:
    with pytest.raises(Rejected) as rejected:
        extract(extract_docx, files.word_with(b"<w:document/>", megabytes=257))
    assert rejected.value.reason is Reason.TOO_EXPENSIVE


def test_entities_are_not_expanded() -> None:
    start = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    names = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    body = b"<w:body><w:p><w:r><w:t>[&a;]</w:t></w:r></w:p></w:body>"
    xml = b"%b<w:document %b>%b</w:document>" % (start, names, body)
    assert extract(extract_docx, files.word_with(xml)) == "[]\n"


def kind(name: str, content: bytes) -> Kind | None:
    return sniff.kind(name, content[: sniff.HEAD_BYTES], lambda: content[-sniff.TAIL_BYTES :])


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        *[(".bin", files.tagged(name), Kind(name)) for name in sorted(sniff.PICTURES)],
        (".txt", files.tagged("PNG"), Kind.PNG),
        (".jpg", files.pdf(b""), Kind.PDF),
        (".pdf", b"\xef\xbb\xbf junk before %PDF-1.7", Kind.PDF),
        ("", b"\xef\xbb\xbf junk before %PDF-1.7 startxref", None),
        ("", b"\xef\xbb\xbf\r\n" + files.pdf(b""), Kind.PDF),
        (".txt", files.pdf(b""), Kind.PDF),
        (".bin", b"%PDF-1.7\n1 0 obj\x00", Kind.PDF),
        (".txt", b"%PDF-1.7 is how a PDF begins.", Kind.TEXT),
        (".log", b"%PDF-1.7 is how a PDF begins.", None),
        ("", b"%PDF-1.7 is how a PDF begins.", None),
        (".md", b"# About %PDF-1.7 and startxref", Kind.TEXT),
        (".html", b"<!doctype html>%PDF-1.7 startxref", Kind.HTML),
        (".tar", b"a.pdf".ljust(512, b"\x00") + files.pdf(b""), None),
        (".zip", files.archive(**{"a.pdf": files.pdf(b"")}), None),
        (".pdf", files.archive(**{"a.pdf": files.pdf(b"")}), None),
        (".txt", b"GIF89a is a format of 1989.", Kind.TEXT),
        (".txt", b"RIFF1234WEBP is a container.", Kind.TEXT),
        (".txt", "яШя".encode("windows-1251"), Kind.TEXT),
        ("", b"GIF89a is a format of 1989.", None),
        (".gif", b"GIF89a is a format of 1989.", Kind.GIF),
        (".txt", files.encode(files.quadrants(), "GIF"), Kind.GIF),
        (".md", b"<html> is a tag.", Kind.TEXT),
        ("", b"<htmlentities> is none", None),
        (".XHTML", b"<?xml", Kind.XHTML),
        (".nef", files.tagged("TIFF"), None),
        (".CR2", files.tagged("TIFF"), None),
        (".nef", files.tagged("JPEG"), Kind.JPEG),
        (".txt", b" " * 1024 + b"%PDF-1.7", Kind.TEXT),
        (".zip", files.word(), Kind.DOCX),
        (".docx", files.archive(a=b"word/document.xml"), None),
        (".zip", files.archive(inner=files.word()), None),
        (".docx", files.word()[:-100], None),
        (".docx", b"PK\x03\x04", None),
        (".txt", files.archive(a=b""), Kind.TEXT),
        ("", b" \r\n<!DOCTYPE HTML PUBLIC>", Kind.HTML),
        ("", b"\xef\xbb\xbf<html>", Kind.HTML),
        (".HTM", b"hello", Kind.HTML),
        (".csv", b"", Kind.TEXT),
        (".MD", b"# x", Kind.TEXT),
        (".json", b"{}", None),
        (".svg", b"<svg/>", None),
        ("", b"", None),
        (".jpg", b"", None),
        (".docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOCX),
        (".xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", None),
        (".docx", files.archive(**{"[Content_Types].xml": b"", "a.xml": b""}), Kind.DOCX),
        (".zip", files.archive(**{"[Content_Types].xml": b"", "a.xml": b""}), None),
        (".zip", files.archive(**{"[content_types].xml": b"", "WORD\\a.xml": b""}), Kind.DOCX),
        (".webp", b"RIFF\x00\x00\x00\x00WAVE", None),
    ],
)
def test_the_type_of_a_file(name: str, content: bytes, found: Kind | None) -> None:
    assert kind(name, content) is found


@pytest.mark.parametrize(
    ("name", "folder", "found"),
    [(".docx", "other", Kind.DOCX), (".zip", "word", Kind.DOCX), (".zip", "other", None)],
)
def test_an_archive_whose_directory_is_longer_than_what_is_read(
    name: str, folder: str, found: Kind | None
) -> None:
    many = {f"{folder}/{'x' * 200}{number}.xml": b"" for number in range(1_500)}
    content = files.archive(**{"[Content_Types].xml": b"", **many})
    assert kind(name, content) is found


@given(st.sampled_from(["", ".jpg", ".txt"]), st.binary(max_size=64), st.binary(max_size=64))
def test_any_bytes_have_a_type_or_none(name: str, head: bytes, tail: bytes) -> None:
    for start in (b"", b"PK\x03\x04"):
        sniff.kind(name, start + head, lambda: tail + b"PK\x05\x06" + tail)


@pytest.mark.parametrize(
    ("name", "claims"),
    [
        (".JPG", True),
        (".docx", True),
        (".dotm", True),
        (".xhtml", False),
        (".txt", False),
        (".html", False),
        ("", False),
    ],
)
def test_names_that_claim_a_signature(name: str, claims: bool) -> None:
    assert sniff.claims_other(name) is claims
