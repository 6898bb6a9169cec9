"""Metadata that are broken, large or misleading, and containers that hold more than a picture."""

import contextlib
import io
import struct
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handlers.process_upload import images, tiff
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind
from tests.functions.process_upload import files as files
from tests.functions.process_upload import pictures
from tests.functions.process_upload.pictures import DEFLATE, NONE, chunk, compressed, segment

# In the sandbox they are ignored.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def render(content: bytes, kind: Kind) -> Image.Image:
    made = io.BytesIO()
    images.render(io.BytesIO(content), made, io.BytesIO(), kind=kind, max_side=60, thumbnail_side=9)
    return Image.open(made)


def with_chunks(chunks: bytes, *, last: bool = False) -> bytes:
    content = files.encode(files.quadrants(), "PNG")
    at = content.index(b"IEND") - 4 if last else 33
    return content[:at] + chunks + content[at:]


def with_segments(segments: bytes) -> bytes:
    content = files.encode(files.quadrants(), "JPEG", quality=95)
    return content[:2] + segments + content[2:]


ZEROS = zlib.compress(bytes(5_000_000))
CHUNKS = [
    (b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(1_100_000))),
    (b"zTXt", b"Comment\x00\x00" + ZEROS),
    (b"zTXt", b"Comment\x00\x07nothing"),
    (b"zTXt", b"Raw profile type exif\x00\x00" + zlib.compress(b"\nexif\n4\nno hex")),
    (b"zTXt", b"Raw profile type exif\x00\x00" + ZEROS),
    (b"tEXt", b"Raw profile type exif\x00\nexif\n 99\nzz"),
    (b"tEXt", b"transparency\x00abc"),
    (b"tEXt", b"icc_profile\x00abc"),
    (b"tEXt", b"exif\x00abc"),
    (b"tEXt", b"duration\x00abc"),
    (b"tEXt", b""),
    (b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + ZEROS),
    (b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00broken"),
    (b"iTXt", b"XML:com.adobe.xmp\x00"),
    (b"iCCP", b"profile\x00\x00" + zlib.compress(bytes(1_100_000))),
    (b"iCCP", b"profile\x00\x00" + ZEROS),
    (b"iCCP", b"profile\x00\x00broken"),
    (b"iCCP", b"profile\x00\x09"),
    (b"iCCP", b""),
    (b"eXIf", b""),
    (b"eXIf", b"II*\x00\xff\xff\xff\xff"),
    (b"eXIf", b"garbage" * 1000),
    (b"pHYs", b"\x00"),
    (b"gAMA", b"\x00"),
    (b"cHRM", b"\x00"),
    (b"sRGB", b""),
    (b"acTL", b""),
    (b"fcTL", bytes(3)),
    (b"prIv", bytes(10)),
    (b"tRNS", b""),
    (b"tRNS", bytes(2)),
    (b"tRNS", bytes(300)),
]


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize(("name", "data"), CHUNKS)
def test_no_chunk_of_metadata_spoils_a_png(name: bytes, data: bytes, last: bool) -> None:
    content = with_chunks(chunk(name, data), last=last)
    assert render(content, Kind.PNG).size == (60, 40)


def test_a_wrong_checksum_of_metadata_does_not_spoil_a_png() -> None:
    for name in (b"tEXt", b"eXIf", b"iCCP", b"gAMA", b"tRNS"):
        content = with_chunks(chunk(name, b"a\x00b", checksum=7))
        assert render(content, Kind.PNG).size == (60, 40)


def test_a_wrong_checksum_of_the_palette_does() -> None:
    with pytest.raises(OSError, match="cannot identify"):
        render(with_chunks(chunk(b"PLTE", bytes(6), checksum=7)), Kind.PNG)


@pytest.mark.parametrize(
    "chunks",
    [
        chunk(b"eXIf", files.exif(6).removeprefix(b"Exif\x00\x00")),
        chunk(b"eXIf", files.exif(6)),
        chunk(
            b"zTXt",
            b"Raw profile type exif\x00\x00"
            + zlib.compress(b"\nexif\n%d\n%b" % (len(files.exif(6)), files.exif(6).hex().encode())),
        ),
        chunk(
            b"iTXt",
            b"XML:com.adobe.xmp\x00\x00\x00\x00\x00<x tiff:Orientation='6'/>".replace(b"'", b'"'),
        ),
    ],
)
def test_what_tells_where_the_top_of_a_png_is(chunks: bytes) -> None:
    for last in (False, True):
        assert render(with_chunks(chunks, last=last), Kind.PNG).size == (40, 60)


SEGMENTS = [
    (0xE0, b""),
    (0xE0, b"JFIF\x00"),
    (0xE1, b"Exif\x00\x00"),
    (0xE1, b"Exif\x00\x00garbage"),
    (0xE1, b"Exif\x00\x00II*\x00\xff\xff\xff\xff"),
    (0xE1, b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\xff\xff" + bytes(100)),
    (0xE1, b"http://ns.adobe.com/xap/1.0/\x00<garbage"),
    (0xE2, b"ICC_PROFILE\x00"),
    (0xE2, b"ICC_PROFILE\x00\x01\x09short"),
    (0xE2, b"MPF\x00garbage"),
    (
        0xE2,
        b"MPF\x00II*\x00\x08\x00\x00\x00\x01\x00\x01\xb0\x04\x00\x01\x00\x00\x00\x09\x00\x00\x00",
    ),
    (0xED, b"Photoshop 3.0\x008BIM\x03\xed\x00\x00\x00\x00\x00\x01"),
    (0xED, b"Photoshop 3.0\x008BIM"),
    (0xEE, b"Adobe"),
    (0xFE, b"\xff" * 65_000),
]


@pytest.mark.parametrize(("marker", "content"), SEGMENTS)
def test_no_segment_of_metadata_spoils_a_jpeg(marker: int, content: bytes) -> None:
    made = render(with_segments(segment(marker, content)), Kind.JPEG)
    assert (made.size, made.format) == ((60, 40), "JPEG")


@given(
    st.binary(max_size=200),
    st.sampled_from([b"II*\x00\x08\x00\x00\x00", b"MM\x00*\x00\x00\x00\x08", b""]),
)
def test_any_exif_leaves_the_picture(content: bytes, start: bytes) -> None:
    exif = start + content
    assert render(with_segments(segment(0xE1, b"Exif\x00\x00" + exif)), Kind.JPEG)
    assert render(with_chunks(chunk(b"eXIf", exif)), Kind.PNG)
    assert render(files.encode(files.quadrants(), "WEBP", exif=exif), Kind.WEBP)


def test_a_profile_in_several_segments() -> None:
    profile = files.srgb_profile()
    parts = [profile[:1000], profile[1000:]]
    segments = [
        segment(0xE2, b"ICC_PROFILE\x00" + bytes([number, 2]) + part)
        for number, part in enumerate(parts, start=1)
    ]
    assert render(with_segments(b"".join(reversed(segments))), Kind.JPEG).size == (60, 40)


def frame(marker: int, depth: int = 8, components: int = 3) -> bytes:
    parts = b"".join(bytes([number, 0x11, 0]) for number in range(components))
    header = struct.pack(">BHHB", depth, 8, 8, components) + parts
    return b"\xff\xd8" + segment(marker, header) + segment(0xDA, bytes(10)) + b"\xff\xd9"


@pytest.mark.parametrize(
    "content",
    [
        frame(0xC1, depth=12),
        frame(0xC3),
        frame(0xC5),
        frame(0xF7),
        frame(0xC3, depth=16, components=1),
        frame(0xC0, components=2),
        frame(0xC0, components=5),
    ],
)
def test_a_jpeg_that_cannot_be_decoded_is_not_called_damaged(content: bytes) -> None:
    with pytest.raises(Rejected) as rejected:
        render(content, Kind.JPEG)
    assert rejected.value.reason is Reason.UNSUPPORTED


PREVIEW: dict[int, Any] = {254: 1}
RGB = {"bits": (8, 8, 8), "photometric": 2}
FULL = {256: 30, 257: 20, 258: (8, 8, 8), 259: 1, 262: 2, 273: 8, 277: 3, 278: 20, 279: 1800}


def raw(order: str = "<", at_8: bytes = b"", pages: Any = (), **more: Any) -> bytes:
    tags = {int(tag.lstrip("_")): value for tag, value in more.items()}
    return pictures.tiff(
        bytes(1800), (3, 2), bits=(8, 8, 8), photometric=2, order=order, at_8=at_8, more=tags,
        pages=pages,
    )  # fmt: skip


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    "make",
    [
        pytest.param({"_50706": b"\x01\x04\x00\x00", "_254": 1}, id="DNG"),
        pytest.param({"pages": [FULL | {262: 32_803}]}, id="sensor in another page"),
        pytest.param({"pages": [FULL | {259: 65_535, 262: 1}]}, id="PEF"),
        pytest.param({"_262": 34_892}, id="linear raw"),
        pytest.param({"_259": 32_767}, id="ARW"),
        pytest.param({"at_8": b"CR\x02\x00" + bytes(4), "_273": 16}, id="CR2"),
    ],
)
def test_camera_raw_is_left_to_be_copied(order: str, make: dict[str, Any]) -> None:
    with pytest.raises(Rejected) as rejected:
        render(raw(order, **make), Kind.TIFF)
    assert rejected.value.reason is Reason.NOT_PARSED


def test_a_preview_whose_picture_is_in_a_directory_of_its_own_is_left_to_be_copied() -> None:
    content = raw(_254=1, _330=0)
    place = len(content)
    content = raw(_254=1, _330=place)
    full = pictures.tiff_directory(FULL, place, "<", last=True)
    with pytest.raises(Rejected) as rejected:
        render(content + full, Kind.TIFF)
    assert rejected.value.reason is Reason.NOT_PARSED


def test_the_first_page_that_is_no_preview_is_used() -> None:
    assert render(raw(_254=1, pages=[FULL]), Kind.TIFF).size == (30, 20)
    assert render(raw(_255=2, pages=[FULL]), Kind.TIFF).size == (30, 20)
    assert render(raw(pages=[FULL]), Kind.TIFF).size == (3, 2)
    assert render(raw(_254=1), Kind.TIFF).size == (3, 2)


def test_the_pixels_of_a_later_page_are_counted() -> None:
    with pytest.raises(Rejected) as rejected:
        render(raw(_254=1, pages=[FULL | {256: 60_000, 257: 60_000}]), Kind.TIFF)
    assert rejected.value.reason is Reason.TOO_MANY_PIXELS


@given(st.binary(max_size=120), st.sampled_from("<>"))
def test_any_directory_ends_in_a_picture_or_a_verdict(junk: bytes, order: str) -> None:
    content = bytearray(raw(order, _330=1808, pages=[FULL]))
    content[1808 : 1808 + len(junk)] = junk
    with contextlib.suppress(Rejected, *tiff.ERRORS):
        render(bytes(content), Kind.TIFF)


METADATA = (270, 271, 274, 280, 281, 282, 296, 306, 700, 33_723, 34_377, 34_665, 34_675, 34_853)
NUMBERS = st.sampled_from([0, 1, 2, 8, 100, 70_000, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1)


@given(
    st.sampled_from((*METADATA, 42_113)),
    st.sampled_from([NONE, DEFLATE]),
    st.sampled_from("<>"),
    st.integers(0, 20),
    NUMBERS,
    NUMBERS,
)
def test_no_tag_of_metadata_spoils_a_tiff(
    tag: int, compression: int, order: str, kind: int, count: int, value: int
) -> None:
    data = compressed(bytes(48), compression)
    more = {tag: 7, 259: compression}
    content = pictures.tiff(data, (4, 4), bits=(8, 8, 8), photometric=2, order=order, more=more)
    written = struct.pack(f"{order}HHIH", tag, 3, 1, 7)
    assert content.count(written) == 1
    broken = struct.pack(f"{order}HHII", tag, kind, count, value)
    assert render(content.replace(written + bytes(2), broken), Kind.TIFF).size == (4, 4)
