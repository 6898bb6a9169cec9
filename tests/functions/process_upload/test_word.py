import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.word import extract_docx
from tests.functions.process_upload import files as files
from tests.functions.process_upload.files import WORD, W, paragraph

MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"
NAMESPACES = (
    f'{W} xmlns:mc="{MC}" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:new="http://example.com/2050"'
    ' xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    f' xmlns:r="{files.OFFICE}"'
)


def text(content: bytes) -> str:
    made = io.BytesIO()
    extract_docx(io.BytesIO(content), made)
    return made.getvalue().decode()


def body(xml: str) -> str:
    return text(files.word_with(files.word_xml(xml, NAMESPACES)))


def refused(content: bytes) -> Reason:
    with pytest.raises(Rejected) as rejected:
        text(content)
    return rejected.value.reason


def run(content: str) -> str:
    return f"<w:r><w:t>{content}</w:t></w:r>"


def field(code: str, result: str) -> str:
    def mark(kind: str) -> str:
        return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'

    return f"{mark('begin')}{code}{mark('separate')}{result}{mark('end')}"


@pytest.mark.parametrize(
    "wrapper",
    ["ins", "smartTag", "fldSimple", "hyperlink", "moveTo", "customXml", "dir", "bdo", "sdt"],
)
def test_text_is_read_in_whatever_it_is_wrapped(wrapper: str) -> None:
    inner = run("wrapped")
    if wrapper == "sdt":
        inner = f"<w:sdtPr/><w:sdtContent>{inner}</w:sdtContent>"
    xml = f"<w:p>{run('a ')}<w:{wrapper}>{inner}</w:{wrapper}>{run(' b')}</w:p>"
    assert body(xml) == "a wrapped b\n"
    assert body(f"<w:{wrapper}>{paragraph('block')}</w:{wrapper}>") == "block\n"


@pytest.mark.parametrize(
    ("xml", "shown"),
    [
        ("<w:tab/>", "\t"),
        ("<w:ptab/>", "\t"),
        ("<w:br/>", "\n"),
        ('<w:br w:type="page"/>', "\n"),
        ("<w:cr/>", "\n"),
        ("<w:noBreakHyphen/>", "-"),
        ("<w:softHyphen/>", ""),
        ('<w:sym w:font="Symbol" w:char="F0A3"/>', "≤"),
        ('<w:sym w:font="Symbol" w:char="F062"/>', "β"),
        ('<w:sym w:font="Symbol" w:char="F034"/>', "4"),
        ('<w:sym w:font="Wingdings" w:char="F0FE"/>', "☑"),
        ('<w:sym w:font="Wingdings" w:char="F099"/>', "\uf099"),
        ('<w:sym w:font="Arial" w:char="00A7"/>', "§"),
        ('<w:sym w:font="Arial" w:char="?"/>', ""),
        ('<w:sym w:font="Arial" w:char="FFFFFFFFFFFFFFFFFF"/>', ""),
        ("<w:instrText>PAGE</w:instrText>", ""),
        ("<w:delText>gone</w:delText>", ""),
        ('<w:pict><v:textpath string="DRAFT"/></w:pict>', "DRAFT"),
        ("<w:rPr><w:b/></w:rPr><w:t>bold</w:t>", "bold"),
        ("<w:rPr><w:vanish/></w:rPr><w:t>hidden</w:t>", ""),
        ('<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t>', "shown"),
        ("<w:rPr><w:rPrChange><w:rPr><w:vanish/></w:rPr></w:rPrChange></w:rPr><w:t>t</w:t>", "t"),
        ("<w:ruby><w:rt><w:r><w:t>かん</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>漢</w:t></w:r>"
         "</w:rubyBase></w:ruby>", "漢(かん)"),
    ],
)  # fmt: skip
def test_what_a_run_shows(xml: str, shown: str) -> None:
    assert body(f"<w:p>{run('[')}<w:r>{xml}</w:r>{run(']')}</w:p>") == f"[{shown}]\n"


def test_the_stops_of_a_ruler_are_no_tabs() -> None:
    assert body(f"<w:p><w:pPr><w:tabs><w:tab/></w:tabs></w:pPr>{run('a')}</w:p>") == "a\n"


def test_tracked_changes_count_as_accepted() -> None:
    assert body(f"<w:p>{run('a')}<w:del>{run('b')}</w:del><w:moveFrom>{run('c')}</w:moveFrom></w:p>"
                f"<w:moveFrom>{paragraph('d')}</w:moveFrom><w:moveTo>{paragraph('e')}</w:moveTo>"
                ) == "a\ne\n"  # fmt: skip
    deleted_row = f"<w:tr><w:trPr><w:del/></w:trPr><w:tc>{paragraph('row')}</w:tc></w:tr>"
    deleted_cell = f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('cell')}</w:tc>"
    kept = f"<w:tr>{deleted_cell}<w:tc>{paragraph('kept')}</w:tc></w:tr>"
    assert body(f"<w:tbl>{deleted_row}{kept}</w:tbl>") == "kept\n"


@pytest.mark.parametrize("mark", ["del", "moveFrom"])
def test_a_paragraph_whose_end_is_deleted_continues_in_the_next(mark: str) -> None:
    first = f"<w:p><w:pPr><w:rPr><w:{mark}/></w:rPr></w:pPr>{run('one ')}</w:p>"
    assert body(first + paragraph("line") + paragraph("another")) == "one line\nanother\n"


def test_the_code_of_a_field_is_hidden_and_its_result_is_shown() -> None:
    inner = field("<w:r><w:instrText>MERGEFIELD x</w:instrText></w:r>", run("inner"))
    assert body(
        f"<w:p>{run('a ')}{field(inner + run('code'), run('result'))}{run(' b')}</w:p>"
    ) == ("a result b\n")
    spanning = field("", "").replace("</w:r><w:r>", "</w:r></w:p><w:p><w:r>")
    assert body(f"<w:p>{spanning}{run('after')}</w:p>") == "after\n"


def test_a_field_that_never_ends_hides_nothing() -> None:
    begin = '<w:r><w:fldChar w:fldCharType="begin"/></w:r>'
    assert body(f"<w:p>{begin}{run('kept')}</w:p>{paragraph('and the rest')}") == (
        "kept\nand the rest\n"
    )


def box(content: str, requires: str = "wps", fallback: str | None = None) -> str:
    text_box = f"<w:txbxContent>{paragraph(content)}</w:txbxContent>"
    old = paragraph(fallback) if fallback else text_box
    return (
        f'<mc:AlternateContent><mc:Choice Requires="{requires}"><w:drawing>{text_box}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{old}</w:pict></mc:Fallback></mc:AlternateContent>"
    )


def test_one_alternative_is_read() -> None:
    xml = f"<w:p>{run('before')}<w:r>{box('box', fallback='old')}</w:r></w:p>"
    assert body(xml) == "before\nbox\n"
    xml = f"<w:p><w:r>{box('box', requires='wps new', fallback='old')}</w:r></w:p>"
    assert body(xml) == "old\n"
    first, second = (
        f'<mc:Choice Requires="wps"><w:r><w:t>{name}</w:t></w:r></mc:Choice>' for name in "ab"
    )
    xml = f"<w:p><mc:AlternateContent>{first}{second}</mc:AlternateContent></w:p>"
    assert body(xml) == "a\n"
    nested = box("outer").replace("<w:t>outer</w:t>", f"{box('inner')}", 1)
    assert body(f"<w:p><w:r>{nested}</w:r></w:p>") == "inner\n"


def test_text_boxes_without_alternatives_drawings_and_equations() -> None:
    text_box = f"<w:txbxContent>{paragraph('box')}</w:txbxContent>"
    old = f"<w:pict><v:shape><v:textbox>{text_box}</v:textbox></v:shape></w:pict>"
    assert body(f"<w:p>{run('a')}<w:r>{old}</w:r>{run('b')}</w:p>") == "ab\nbox\n"
    drawing = "<a:p><a:r><a:t>one</a:t></a:r><a:br/><a:r><a:t>two</a:t></a:r></a:p>"
    assert body(f"<w:p><w:r><w:drawing>{drawing}</w:drawing></w:r></w:p>") == "one\ntwo\n"
    assert body("<w:p><m:oMath><m:r><m:t>x+1</m:t></m:r></m:oMath></w:p>") == "x+1\n"


def story(tag: str, *items: str) -> bytes:
    return f"<w:{tag} {NAMESPACES}>{''.join(items)}</w:{tag}>".encode()


def notes(kind: str, *ids: str) -> bytes:
    items = [f'<w:{kind} w:id="{id_}">{paragraph(f"{kind} {id_}")}</w:{kind}>' for id_ in ids]
    return story(f"{kind}s", *items)


def with_stories(section: str, settings: str = "", body: str = "") -> bytes:
    pages = [f"{kind}{number}" for kind in ("header", "footer") for number in range(3)]
    main = files.word_xml(f"{body}<w:sectPr>{section}</w:sectPr>", NAMESPACES)
    return files.package(
        **{
            "word/document.xml": main,
            "word/_rels/document.xml.rels": files.relationships(
                **{page: f"{page}.xml" for page in pages},
                footnotes="footnotes.xml",
                endnotes="/word/endnotes.xml",
                settings="settings.xml",
                comments="comments.xml",
            ),
            "word/settings.xml": story("settings", settings),
            "word/comments.xml": story("comments", paragraph("comment")),
            "word/footnotes.xml": notes("footnote", "1", "2"),
            "word/endnotes.xml": notes("endnote", "1"),
            **{f"word/{page}.xml": story("hdr", paragraph(page)) for page in pages},
        }
    )


def references(kind: str) -> str:
    return "".join(
        f'<w:{kind}Reference w:type="{pages}" r:id="{kind}{number}"/>'
        for number, pages in enumerate(("default", "first", "even"))
    )


def test_headers_notes_and_footers_are_read_once_if_a_page_shows_them() -> None:
    noted = '<w:p><w:r><w:t>a</w:t><w:footnoteReference w:id="2"/></w:r></w:p>'
    noted += '<w:p><w:r><w:t>b</w:t><w:endnoteReference w:id="1"/></w:r></w:p>'
    twice = references("header") + references("header") + references("footer")
    assert text(with_stories(twice, body=noted)).splitlines() == [
        "header0", "a", "b", "footnote 2", "endnote 1", "footer0",
    ]  # fmt: skip
    first = text(with_stories(f"<w:titlePg/>{twice}"))
    assert first.splitlines() == ["header0", "header1", "footer0", "footer1"]
    even = text(with_stories(references("header"), settings="<w:evenAndOddHeaders/>"))
    assert even.splitlines() == ["header0", "header2"]
    former = f"<w:sectPrChange><w:sectPr>{references('header')}</w:sectPr></w:sectPrChange>"
    assert text(with_stories(former)) == ""


MAIN = files.word_xml(paragraph("main"))


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("word/document2.xml", "word/document2.xml"),
        ("/word/document.xml", "word/document.xml"),
        ("./word/../word/document.xml", "word/document.xml"),
        ("Word/Document.XML", "word/document.xml"),
        ("word/document.xml", "WORD\\DOCUMENT.xml"),
        ("word/my%20text.xml", "word/my text.xml"),
        ("main.xml", "main.xml"),
    ],
)
def test_the_main_part_is_found_by_relationship(target: str, name: str) -> None:
    listed = f"{WORD}.document.main+xml"
    types = files.content_types(x=listed).replace(b"/x.xml", f"/{target.lstrip('./')}".encode())
    if ".." in target:
        types = files.content_types(word_document=listed)
    content = files.archive(
        **{
            "[Content_Types].xml": types,
            "_rels/.rels": files.relationships(officeDocument=target),
            name: MAIN,
        }
    )
    assert text(content) == "main\n"


@pytest.mark.parametrize(
    "listed",
    [
        f"{WORD}.document.main+xml",
        f"{WORD}.template.main+xml",
        "application/vnd.ms-word.document.macroEnabled.main+xml",
        "application/vnd.ms-word.template.macroEnabledTemplate.main+xml",
        "APPLICATION/vnd.ms-word.document.macroEnabled.main+XML",
    ],
)
def test_documents_templates_and_those_with_macros(listed: str) -> None:
    content = files.package(**{"[Content_Types].xml": files.content_types(word_document=listed)})
    assert text(content) == "main\n"


def test_the_variant_strict() -> None:
    strict = "http://purl.oclc.org/ooxml"
    content = files.package(
        **{
            "_rels/.rels": files.relationships(officeDocument="word/document.xml").replace(
                files.OFFICE.encode(), f"{strict}/officeDocument/relationships".encode()
            ),
            "word/document.xml": MAIN.replace(
                W.encode(), f'xmlns:w="{strict}/wordprocessingml/main"'.encode()
            ),
        }
    )
    assert text(content) == "main\n"


def test_other_packages_and_archives_are_no_word_documents() -> None:
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    types = files.content_types(word_document=sheet)
    assert refused(files.package(**{"[Content_Types].xml": types})) is Reason.MISMATCH
    assert refused(files.archive(a=b"b")) is Reason.MISMATCH
    assert refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)) is Reason.MISMATCH


def test_relationships_may_dangle() -> None:
    dangling = files.relationships(
        image="NULL", header="gone.xml", footnotes="../../../x", settings="", font="\\\\a\\b"
    )
    content = files.package(
        **{
            "word/_rels/document.xml.rels": dangling,
            "word/document.xml": files.word_xml(
                paragraph("main") + '<w:sectPr><w:headerReference r:id="header"/></w:sectPr>',
                NAMESPACES,
            ),
        }
    )
    assert text(content) == "main\n"
    assert text(files.package(**{"_rels/.rels": files.relationships()})) == "main\n"
    moved = files.content_types(word_elsewhere=f"{WORD}.document.main+xml")
    gone = files.package(**{"[Content_Types].xml": moved})
    assert refused(gone) is Reason.DAMAGED


def test_encrypted_documents() -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00")
    assert refused(ole + "EncryptedPackage".encode("utf-16-le")) is Reason.ENCRYPTED
    flagged = bytearray(files.package())
    directory = flagged.index(b"PK\x01\x02")
    flagged[directory + 8] |= 1
    assert refused(bytes(flagged)) is Reason.ENCRYPTED


def test_an_unusual_compression_is_not_supported() -> None:
    content = bytearray(files.package())
    for mark, place in ((b"PK\x01\x02", 10), (b"PK\x03\x04", 8)):
        content[content.index(mark) + place] = 9  # deflate64
    assert refused(bytes(content)) is Reason.UNSUPPORTED


def test_internal_entities_are_not_expanded() -> None:
    laughs = '<!ENTITY a "ha">' + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefghi", "bcdefghij", strict=True)
    )
    xml = files.word_xml(paragraph("[&j;]"))
    assert text(files.word_with(f"<!DOCTYPE x [{laughs}]>".encode() + xml)) == "[]\n"


NAMES = (
    "w:p w:r w:t w:del w:ins w:rt w:ruby w:rPr w:vanish w:tr w:trPr w:pPr w:sectPr w:footnote a:p"
    " mc:AlternateContent mc:Choice mc:Fallback"
)
TAGS = st.sampled_from(NAMES.split(" "))
XML = st.recursive(
    st.sampled_from(["text", "", '<w:fldChar w:fldCharType="end"/>', "<w:tab/>"]),
    lambda inner: st.builds(
        lambda tag, items: f"<{tag}>{''.join(items)}</{tag}>", TAGS, st.lists(inner, max_size=4)
    ),
)


@given(XML)
def test_any_nesting_can_be_read(xml: str) -> None:
    body(xml)
