"""Samples of all depths, byte orders and meanings."""

import io
import math
import struct
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from handlers.process_upload import images
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind
from tests.functions.process_upload import pictures
from tests.functions.process_upload.pictures import DEFLATE, NONE, compressed

NAN, INFINITY = math.nan, math.inf
PLANES: dict[int, pictures.Value] = {284: 2, 273: (8, 9, 10), 279: (1, 1, 1)}
WIDE_PLANES: dict[int, pictures.Value] = {284: 2, 273: (8, 10, 12), 279: (2, 2, 2)}


def render(content: bytes, kind: Kind = Kind.TIFF) -> Image.Image:
    made = io.BytesIO()
    images.render(io.BytesIO(content), made, io.BytesIO(), kind=kind, max_side=50, thumbnail_side=9)
    return Image.open(made)


def greys(content: bytes, kind: Kind = Kind.TIFF) -> list[int]:
    image = render(content, kind)
    assert image.mode == "L"
    return [image.getpixel((x, 0)) for x in range(image.width)]  # type: ignore[misc]


def near(found: list[int], wanted: Sequence[int]) -> bool:
    return len(found) == len(wanted) and all(
        abs(a - b) <= 1 for a, b in zip(found, wanted, strict=True)
    )


def packed(letter: str, values: Sequence[float], order: str = "<") -> bytes:
    return struct.pack(f"{order}{len(values)}{letter}", *values)


def row(
    letter: str,
    values: Sequence[float],
    bits: int,
    order: str = "<",
    *,
    compression: int = NONE,
    **options: int,
) -> bytes:
    more = {339: options.pop("sample_format", 1), 259: compression}
    data = compressed(packed(letter, values, order), compression)
    size = (len(values), 1)
    return pictures.tiff(data, size, bits=bits, order=order, more=more, **options)


@pytest.mark.parametrize("compression", [NONE, DEFLATE])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("letter", "bits", "sample_format", "values"),
    [
        ("b", 8, 2, (-128, 0, 127)),
        ("H", 16, 1, (0, 32_768, 65_535)),
        ("h", 16, 2, (-32_768, 0, 32_767)),
        ("I", 32, 1, (0, 2**31, 2**32 - 1)),
        ("i", 32, 2, (-(2**31), 0, 2**31 - 1)),
        ("f", 32, 3, (-1.5, 0.0, 1.5)),
        ("f", 32, 3, (0.0, 5e-42, 1e-41)),
        ("f", 32, 3, (-9e37, 0.0, 9e37)),
    ],
)
def test_greys_of_every_depth(
    compression: int,
    order: str,
    letter: str,
    bits: int,
    sample_format: int,
    values: tuple[float, ...],
) -> None:
    content = row(letter, values, bits, order, sample_format=sample_format, compression=compression)
    assert near(greys(content), (0, 128, 255))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("letter", "bits", "sample_format", "values"),
    [
        ("H", 16, 1, (0, 32_768, 65_535)),
        ("I", 32, 1, (0, 2**31, 2**32 - 1)),
        ("f", 32, 3, (0, 1, 2)),
    ],
)
def test_white_is_zero(
    order: str, letter: str, bits: int, sample_format: int, values: tuple[float, ...]
) -> None:
    content = row(letter, values, bits, order, sample_format=sample_format, photometric=0)
    assert near(greys(content), (255, 127, 0))


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("photometric", "wanted"), [(0, (255, 127, 0, 255)), (1, (0, 128, 255, 0))]
)
def test_twelve_bits(order: str, photometric: int, wanted: tuple[int, ...]) -> None:
    data = bytes.fromhex("000800fff000")
    content = pictures.tiff(data, (4, 1), bits=12, order=order, photometric=photometric)
    assert near(greys(content), wanted)


@pytest.mark.parametrize(
    ("depth", "data"), [(1, b"\x40"), (2, b"\x30"), (4, b"\x0f\x00"), (8, b"\x00\xff\x00")]
)
def test_few_bits(depth: int, data: bytes) -> None:
    assert greys(pictures.tiff(data, (3, 1), bits=depth)) == [0, 255, 0]
    assert greys(pictures.tiff(data, (3, 1), bits=depth, photometric=0)) == [255, 0, 255]


@pytest.mark.parametrize(
    ("values", "wanted"),
    [
        ((NAN, 1, 2, 3), (0, 0, 128, 255)),
        ((1, 2, 3, NAN), (0, 128, 255, 0)),
        ((INFINITY, 1, 2, 3), (255, 0, 128, 255)),
        ((-INFINITY, 1, 2, 3), (0, 0, 128, 255)),
        ((-3.4028235e38, 1, 2, 3), (0, 0, 128, 255)),
        ((3.4028235e38, 1, 2, 3), (0, 0, 128, 255)),
        ((NAN, NAN, INFINITY), (0, 0, 255)),
        ((NAN, 7, 7), (0, 0, 0)),
    ],
)
def test_what_is_no_number_does_not_count(
    values: tuple[float, ...], wanted: tuple[int, ...]
) -> None:
    assert near(greys(row("f", values, 32, sample_format=3)), wanted)


@pytest.mark.parametrize(
    ("letter", "bits", "sample_format", "value", "text"),
    [
        ("f", 32, 3, -9999.0, b"-9999\x00"),
        ("f", 32, 3, -9999.0, b" -9999.000 \x00"),
        ("h", 16, 2, -32_768, b"-32768\x00"),
        ("i", 32, 2, 2**31 - 1, b"2147483647\x00"),
        ("I", 32, 1, 2**32 - 1, b"4294967295\x00"),
    ],
)
def test_what_a_tag_calls_no_data_does_not_count(
    letter: str, bits: int, sample_format: int, value: float, text: bytes
) -> None:
    more: dict[int, pictures.Value] = {339: sample_format, 42113: text}
    data = packed(letter, (value, 1, 2, 3))
    assert near(greys(pictures.tiff(data, (4, 1), bits=bits, more=more)), (0, 0, 128, 255))
    more[42113] = b"none\x00"
    made = greys(pictures.tiff(data, (4, 1), bits=bits, more=more))
    assert made[1:] == ([255] * 3 if value < 0 else [0] * 3)


@given(st.lists(st.floats(width=32), min_size=1, max_size=8), st.sampled_from("<>"))
def test_any_numbers_make_a_picture(values: list[float], order: str) -> None:
    greys(row("f", values, 32, order, sample_format=3))


@pytest.mark.parametrize(
    ("depth", "pixels", "key", "wanted"),
    [
        (16, b"\x12\x34\x12\x35", b"\x12\x34", (0, 255)),
        (16, b"\x00\x00\xff\xff", b"\xff\xff", (255, 0)),
        (8, b"\x07\x08", b"\x00\x07", (0, 255)),
        (8, b"\x07\x08", b"\xff\x07", (0, 255)),
        (4, b"\x78", b"\x00\x07", (0, 255)),
        (2, b"\x60", b"\x00\x01", (0, 255)),
        (1, b"\x40", b"\x00\x00", (0, 255)),
        (1, b"\x40", b"\x00\x01", (255, 0)),
    ],
)
def test_a_transparent_grey(depth: int, pixels: bytes, key: bytes, wanted: tuple[int, int]) -> None:
    content = pictures.png([pixels], 2, depth=depth, chunks=pictures.chunk(b"tRNS", key))
    image = render(content, Kind.PNG)
    assert image.mode == "RGBA"
    assert tuple(image.getpixel((x, 0))[3] for x in (0, 1)) == wanted  # type: ignore[index]


@pytest.mark.parametrize(
    ("depth", "pixels", "key"),
    [
        (8, b"\x01\x02\x03\x04\x05\x06", b"\x00\x01\x00\x02\x00\x03"),
        (16, b"\x01\x02\x03\x04\x05\x06" + bytes(6), b"\x01\x02\x03\x04\x05\x06"),
    ],
)
def test_a_transparent_colour(depth: int, pixels: bytes, key: bytes) -> None:
    content = pictures.png([pixels], 2, depth=depth, colour=2, chunks=pictures.chunk(b"tRNS", key))
    image = render(content, Kind.PNG)
    assert [image.getpixel((x, 0))[3] for x in (0, 1)] == [0, 255]  # type: ignore[index]


def test_greys_and_colours_of_16_bits_with_alpha() -> None:
    grey = pictures.png([b"\x80\x00\x00\x00\xff\xff\xff\xff"], 2, depth=16, colour=4)
    assert render(grey, Kind.PNG).getpixel((1, 0)) == (255, 255, 255, 255)
    assert render(grey, Kind.PNG).getpixel((0, 0))[3] == 0  # type: ignore[index]
    colours = pictures.png([b"\x80\x00\x40\x00\x20\x00\xff\xff"], 1, depth=16, colour=6)
    assert render(colours, Kind.PNG).getpixel((0, 0)) == (128, 64, 32, 255)


def test_a_palette_with_transparency() -> None:
    chunks = pictures.chunk(b"PLTE", b"\xff\x00\x00\x00\xff\x00") + pictures.chunk(b"tRNS", b"\x80")
    image = render(pictures.png([b"\x40"], 2, depth=1, colour=3, chunks=chunks), Kind.PNG)
    assert [image.getpixel((x, 0)) for x in (0, 1)] == [(255, 0, 0, 128), (0, 255, 0, 255)]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("bits", "photometric", "data", "more", "wanted"),
    [
        ((8, 8, 8), 2, b"\xff\x80\x00", {}, (255, 128, 0)),
        ((16, 16, 16), 2, "rgb", {}, (255, 128, 0)),
        ((8, 8, 8, 8), 2, b"\xff\x80\x00\x07", {338: 2}, (255, 128, 0, 7)),
        ((8, 8, 8, 8), 2, b"\xff\x80\x00\x07", {338: 0}, (255, 128, 0)),
        ((8, 8, 8, 8), 5, b"\x00\x7f\xff\x00", {}, (255, 128, 0)),
        ((8, 8), 1, b"\x80\x07", {338: 2}, (128, 128, 128, 7)),
        ((8, 8), 1, b"\x07\x07", {338: 1}, (255, 255, 255, 7)),
        ((8, 8, 8), 2, b"\xff\x80\x00", PLANES, (255, 128, 0)),
        ((16, 16, 16), 2, "rgb", WIDE_PLANES, (255, 128, 0)),
    ],
)
def test_colours(
    order: str, bits: tuple[int, ...], photometric: int, data: bytes | str,
    more: dict[int, pictures.Value], wanted: tuple[int, ...],
) -> None:  # fmt: skip
    if isinstance(data, str):
        data = packed("H", (65_535, 32_896, 0), order)
    content = pictures.tiff(
        data, (1, 1), bits=bits, photometric=photometric, order=order, more=more
    )
    assert near(list(render(content).getpixel((0, 0))), wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(
    ("bits", "photometric", "more"),
    [
        ((32, 32, 32), 2, {339: (3, 3, 3)}),
        ((64,), 1, {339: 3}),
        ((16,), 1, {339: 3}),
        ((24,), 1, {}),
        ((10,), 1, {}),
        ((16, 16), 1, {338: 2}),
        ((8, 8, 8, 8, 8), 5, {338: 2}),
        ((16, 16, 16), 8, {}),
        ((8, 8), 1, {338: 2, 284: 2, 273: (8, 9), 279: (1, 1)}),
        ((8, 8, 8), 2, {339: (2, 2, 2)}),
        ((8,), 0, {339: 2}),
        ((16,), 0, {339: 2}),
        ((8,), 1, {259: 34712}),
        ((8,), 1, {259: 34887}),
        ((8,), 1, {259: 34661}),
        ((8, 8, 8), 32844, {}),
    ],
)
def test_what_cannot_be_decoded_is_not_called_damaged(
    order: str, bits: tuple[int, ...], photometric: int, more: dict[int, pictures.Value]
) -> None:
    content = pictures.tiff(
        bytes(64), (1, 1), bits=bits, photometric=photometric, order=order, more=more
    )
    with pytest.raises(Rejected) as rejected:
        render(content)
    assert rejected.value.reason is Reason.UNSUPPORTED


def test_what_is_cut_short_is_damaged() -> None:
    content = pictures.tiff(bytes(12), (1, 1), bits=(32, 32, 32), photometric=2, more={279: 5000})
    with pytest.raises((SyntaxError, OSError, ValueError)):
        render(content)
