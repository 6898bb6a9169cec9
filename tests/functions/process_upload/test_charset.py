"""Charsets, as the Encoding Standard and the HTML standard tell browsers to find and read them."""

# ruff: noqa: RUF001  characters that look like others are the point here

import io
from collections.abc import Callable
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.text import extract_html, extract_text, extract_xhtml


def text(
    content: bytes, extract: Callable[..., None] = extract_html, content_type: str = ""
) -> str:
    made = io.BytesIO()
    extract(io.BytesIO(content), made, content_type=content_type)
    return made.getvalue().decode()


@pytest.mark.parametrize(
    ("label", "content", "wanted"),
    [
        ("iso-8859-1", b"\x93q\x94 \x96 10 \x80", "“q” – 10 €"),
        ("US-ASCII", b"\x93q\x94", "“q”"),
        ("ascii", b"\x80", "€"),
        ("latin1", b"\x80", "€"),
        (" cp1252 ", b"\x80", "€"),
        ("iso-8859-9", b"\xddstanbul \x96 \xfe", "İstanbul – ş"),
        ("iso-8859-11", b"\xa1\x80", "ก€"),
        ("tis-620", b"\xc0\x80", "ภ€"),
        ("windows-874", b"\xc0\x85", "ภ…"),
        ("x-sjis", b"\x93\xfa", "日"),
        ("ms_kanji", b"\x93\xfa", "日"),
        ("windows-31j", b"\x87\x40\x87\x8a", "①㈱"),
        ("shift_jis", b"\x81\x60\x87\x40\xfa\x40", "～①ⅰ"),
        ("euc-jp", b"\xc6\xfc\xad\xa1\xad\xea\xa1\xc1\x8e\xb1\x8f\xb0\xa1", "日①㈱～ｱ丂"),
        ("x-euc-jp", b"\xa1\xdd\xa1\xc2\xa1\xf1", "－∥￠"),
        ("iso-2022-jp", b"a\x1b$BF|-!!A\x1b(Jb\x1b(I1\x1b(Bc", "a日①～bｱc"),
        ("ks_c_5601-1987", b"\xc7\xd1", "한"),
        ("euc-kr", b"\x8c\x63", "똠"),
        ("gb2312", b"\xe9\x46 \x80 \x81\x30\x81\x30", "镕 € \x80"),
        ("gbk", b"\x80\xa3\xa0", "€\u3000"),
        ("gb18030", b"\x81\x39\xee\x39", "㐀"),
        ("big5", b"\xa4\xa4\x87\x40\xa3\xe1", "中䏰€"),
        ("iso-8859-8-i", b"\xf9\xec", "של"),
        ("logical", b"\xf9", "ש"),
        ("visual", b"\xf9", "ש"),
        ("macintosh", b"\x8e\xd0\xdb", "é–€"),
        ("x-mac-cyrillic", b"\x80\xff", "А€"),
        ("ibm866", b"\x8f", "П"),
        ("koi8-r", b"\xf0\xae", "П╝"),
        ("koi8-u", b"\xa4\xae\xbe", "єўЎ"),
        ("koi8-ru", b"\xae", "ў"),
        ("windows-1253", b"\xaa\xa1", "\ufffd\u0385"),
        ("x-user-defined", b"\x93", "“"),
        ("utf-16", "grün".encode(), "grün"),
        ("utf-16be", "grün".encode(), "grün"),
        ("unicode", "grün".encode(), "grün"),
        ("utf-7", b"+AGE-", "+AGE-"),
        ("utf8", b"gr\xc3\xbcn \xff", "grün \ufffd"),
    ],
)
def test_labels_mean_what_browsers_take_them_for(label: str, content: bytes, wanted: str) -> None:
    start = f'<meta charset="{label}"><p>'.encode()
    assert text(start + content) == f"{wanted}\n".replace("\u3000", "")
    header = f"text/plain; charset={label}"
    if "16" not in label and label not in ("unicode", "utf8"):
        assert text(content, extract_text, header) == wanted


@pytest.mark.parametrize(
    ("start", "is_cyrillic"),
    [
        (b"<META CHARSET=windows-1251>", True),
        (b"<meta\ncharset = 'windows-1251' >", True),
        (b"<meta/charset=windows-1251 />", True),
        (b"<meta http-equiv=Content-Type content='text/html;charset=windows-1251'>", True),
        (b"<meta content='charset = \"windows-1251\"' http-equiv=content-type>", True),
        (b"<meta charset=none><meta charset=windows-1251>", True),
        (b"<meta charset=windows-1251><meta charset=koi8-r>", True),
        (b"<!-- <meta charset=koi8-r> --><meta charset=windows-1251>", True),
        (b"<!--><meta charset=windows-1251>", True),
        (b"<!doctype html><html lang=x><head><meta name=a content=b><meta charset=cp1251>", True),
        (b"<p title='<meta charset=koi8-r>'><meta charset=windows-1251>", True),
        (b"<?xml version='1.0' encoding='windows-1251'?>", True),
        (b"<?xml version='1.0' encoding='koi8-r'?><meta charset=windows-1251>", True),
        (b" " * 1_100 + b"<meta charset=windows-1251>", True),
        (b" " * 5_000 + b"<meta charset=windows-1251>", False),
        (b"<!-- <meta charset=windows-1251> -->", False),
        (b"<!-- <meta charset=windows-1251>", False),
        (b"<meta name=a content='charset=windows-1251'>", False),
        (b"<meta data-charset=windows-1251>", False),
        (b"<metadata charset=windows-1251>", False),
        (b"<p title='<meta charset=windows-1251>'>", False),
        (b"<meta charset=>", False),
        (b"<meta", False),
    ],
)
def test_where_a_page_declares_its_charset(start: bytes, is_cyrillic: bool) -> None:
    made = text(start + b"<p>\xcf\xf0\xe8\xe2\xe5\xf2</p>")
    assert ("Привет" in made) is is_cyrillic


def test_an_xml_declaration_comes_first_in_xhtml() -> None:
    start = b"<?xml version='1.0' encoding='windows-1251'?><meta charset='koi8-r'/>"
    assert text(start + b"<p>\xcf", extract_xhtml) == "П\n"
    assert text(b"<meta charset='windows-1251'/><p>\xcf", extract_xhtml) == "П\n"
    assert text("<?xml version='1.0'?><p>П".encode(), extract_xhtml) == "П\n"


HEADER = "text/html; charset=koi8-r"


def test_what_comes_first() -> None:
    page = "<meta charset=windows-1251><p>П"
    in_koi8 = page.encode("koi8-r")
    assert text(in_koi8, content_type=HEADER) == "П\n"
    assert text(b"\xef\xbb\xbf" + page.encode(), content_type=HEADER) == "П\n"
    assert text(page.encode("windows-1251"), content_type="text/html") == "П\n"
    assert text(page.encode("windows-1251"), content_type="text/html; charset=utf-8") == "П\n"
    assert text(b"gr\xfcn", extract_text, "text/plain; charset=utf-8") == "grün"
    assert text(b"\xcf", extract_text, 'text/plain; Charset="windows-1251"; x=y') == "П"
    assert text("ü".encode(), extract_text, "text/plain; charset=none") == "ü"


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be"])
def test_utf16_without_a_byte_order_mark(codec: str) -> None:
    content = "<p>grün</p>".encode(codec)
    header = f"text/html; charset={codec.replace('16-', '16')}"
    assert text(content, content_type=header) == "grün\n"
    declared = "<?xml version='1.0' encoding='utf-16'?><p>grün</p>".encode(codec)
    assert text(declared) == text(declared, extract_xhtml) == "grün\n"
    with pytest.raises(Rejected) as rejected:
        text(content)
    assert rejected.value.reason is Reason.MISMATCH


@given(
    st.binary(max_size=100),
    st.sampled_from([extract_text, extract_html, extract_xhtml]),
    st.sampled_from(["iso-2022-jp", "euc-jp", "gbk", "big5", "utf-16le", "koi8-u", "replacement"]),
)
def test_any_bytes_in_any_charset_become_text(
    content: bytes, extract: Callable[..., None], label: str
) -> None:
    try:
        text(content, extract, f"x/y; charset={label}")
        text(f"<meta charset={label}>".encode() + content, extract)
    except Rejected as rejected:
        assert b"\x00" in content, rejected  # noqa: PT017


@given(st.text("<>!-/=\"'meta charsxlp?;", max_size=80))
def test_any_markup_can_be_searched_for_a_charset(markup: str) -> None:
    text(markup.encode(), partial(extract_html))
