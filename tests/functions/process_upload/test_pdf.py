import io

import pypdfium2
import pytest

from handlers.process_upload.pdf import extract_pdf
from handlers.process_upload.rejection import Reason, Rejected
from tests.functions.process_upload import files as files

AP = b"/AP << /N 6 0 R >>"


def text(content: bytes) -> str:
    made = io.BytesIO()
    extract_pdf(io.BytesIO(content), made)
    return made.getvalue().decode()


WIDGET = b"/Subtype /Widget /T (name) "
TEXT = WIDGET + b"/FT /Tx /V (Ada\\rLovelace) "
COMBO = WIDGET + b"/FT /Ch /Ff 131072 /Opt [[(de) (Germany)] [(fr) (France)]] "
LIST = WIDGET + b"/FT /Ch /Ff 2097152 /Opt [(one) (two) (three)] "
BOX = WIDGET + b"/FT /Btn /V /Yes /AS /Yes /AP << /N << /Yes 6 0 R >> >> "
FREE_TEXT = b"/Subtype /FreeText /DA (/F1 9 Tf) "


@pytest.mark.parametrize(
    ("annotation", "shown"),
    [
        pytest.param(TEXT, ["Ada", "Lovelace"], id="text without an appearance"),
        pytest.param(TEXT + AP, ["Ada", "Lovelace"], id="text with another appearance"),
        pytest.param(WIDGET + b"/FT /Tx", [], id="empty"),
        pytest.param(WIDGET + b"/FT /Tx /V <FEFF00FC4E2D>", ["ü中"], id="UTF-16"),
        pytest.param(TEXT + b"/F 2" + AP, [], id="hidden"),
        pytest.param(TEXT + b"/F 32" + AP, [], id="not for the screen"),
        pytest.param(TEXT + b"/F 4" + AP, ["Ada", "Lovelace"], id="for print as well"),
        pytest.param(TEXT + b"/Ff 8192" + AP, [], id="password"),
        pytest.param(COMBO + b"/V (fr)", ["France"], id="combo box"),
        pytest.param(COMBO + b"/V (Utopia)", ["Utopia"], id="edited combo box"),
        pytest.param(LIST + b"/V [(one) (three)] /I [0 2]", ["one", "three"], id="list"),
        pytest.param(BOX, ["[x] name: Yes"], id="box"),
        pytest.param(BOX + b"/TU (I agree)", ["[x] I agree: Yes"], id="box with a label"),
        pytest.param(BOX.replace(b"/V /Yes /AS /Yes", b"/V /Off /AS /Off"), [], id="empty box"),
        pytest.param(FREE_TEXT + b"/Contents (typed)", ["typed"], id="free text"),
        pytest.param(FREE_TEXT + b"/Contents (typed)" + AP, ["typed"], id="drawn free text"),
        pytest.param(FREE_TEXT + AP, ["drawn"], id="free text in its appearance only"),
        pytest.param(FREE_TEXT + b"/F 2 /Contents (typed)" + AP, [], id="hidden free text"),
        pytest.param(b"/Subtype /Stamp" + AP, ["drawn"], id="stamp"),
        pytest.param(b"/Subtype /Stamp /F 34" + AP, [], id="hidden stamp"),
        pytest.param(b"/Subtype /Link /Contents (no)", [], id="link"),
        pytest.param(b"/Subtype /Text /Contents (no)", [], id="note in a window of its own"),
        pytest.param(WIDGET + b"/FT /Sig" + AP, ["drawn"], id="signature"),
        pytest.param(WIDGET + b"/FT /Btn /Ff 65536" + AP, ["drawn"], id="button"),
    ],
)  # fmt: skip
def test_what_a_viewer_shows_on_top_of_a_page(annotation: bytes, shown: list[str]) -> None:
    assert text(files.pdf_with(annotation)).splitlines() == ["Printed", *shown]


def test_the_values_of_a_field_with_several_places_and_of_a_group() -> None:
    place = b"/Subtype /Widget /Parent 9 0 R"
    field = b"<< /FT /Tx /T (name) /V (Ada) /Kids [7 0 R 8 0 R] >>"
    content = files.pdf_with(place, place, more=[field]).replace(
        b"[7 0 R 8 0 R] /DA", b"[9 0 R] /DA"
    )
    assert text(content).splitlines() == ["Printed", "Ada", "Ada"]
    states = [b"/Subtype /Widget /Parent 9 0 R /AS /%b /AP << /N << /%b 6 0 R >> >>"
              % pair for pair in ((b"red", b"red"), (b"Off", b"blue"))]  # fmt: skip
    group = b"<< /FT /Btn /Ff 32768 /T (colour) /V /red /Kids [7 0 R 8 0 R] >>"
    content = files.pdf_with(*states, more=[group]).replace(b"[7 0 R 8 0 R] /DA", b"[9 0 R] /DA")
    assert text(content).splitlines() == ["Printed", "[x] colour: red"]


def test_appearances_that_are_to_be_made_anew_are_not_read_twice() -> None:
    content = files.pdf_with(TEXT, FREE_TEXT + b"/Contents (typed)", form=b"/NeedAppearances true")
    assert text(content).splitlines() == ["Printed", "Ada", "Lovelace", "typed"]


THREE = files.pdf(*[files.pdf_text(f"page {number}") for number in "123"])


def test_pages_that_cannot_be_read_do_not_spoil_the_others() -> None:
    second = THREE.replace(b"7 0 obj\n<< /Type /Page ", b"7 0 obj\n[] ")
    assert text(second) == "page 1\n\n[Page 2 of 3 cannot be read]\n\npage 3\n"
    missing = THREE.replace(b"7 0 R", b"77 0 R").replace(b"9 0 R", b"99 0 R")
    assert text(missing) == "page 1\n\n[Pages 2 to 3 of 3 cannot be read]\n"


def test_a_document_without_a_readable_page_is_damaged() -> None:
    with pytest.raises(pypdfium2.PdfiumError):
        text(THREE.replace(b"<< /Type /Page ", b"[] "))


@pytest.mark.parametrize(
    "order", [b"/Count 3 /Kids [5 0 R 7 0 R 9 0 R]", b"/Kids [5 0 R 7 0 R 9 0 R] /Count 3"]
)
def test_a_page_count_that_is_wrong(order: bytes) -> None:
    content = THREE.replace(b"/Count 3 /Kids [5 0 R 7 0 R 9 0 R]", order)
    pages = "page 1\n\npage 2\n\npage 3\n"
    assert text(content) == pages
    for count in (b"1", b"2", b"0", b"-"):
        assert text(content.replace(b"/Count 3", b"/Count " + count)) == pages
    too_many = text(content.replace(b"/Count 3", b"/Count 9"))
    assert too_many == f"{pages}\n[Pages 4 to 9 of 9 cannot be read]\n"


@pytest.mark.parametrize("algorithm", ["RC4-40", "AES-256"])
def test_every_encryption_is_told(algorithm: str) -> None:
    with pytest.raises(Rejected) as rejected:
        text(files.encrypted_pdf("secret", algorithm))
    assert rejected.value.reason is Reason.ENCRYPTED


def test_an_unknown_protection_is_encryption() -> None:
    content = THREE.replace(b"/Root 1 0 R", b"/Root 1 0 R /Encrypt << /Filter /Other /V 1 >>")
    with pytest.raises(Rejected) as rejected:
        text(content)
    assert rejected.value.reason is Reason.ENCRYPTED
