import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image, ImageCms, ImageDraw

from handlers.process_upload import images
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import PICTURES, Kind
from tests.functions.process_upload import files as files

SIDE, THUMBNAIL = 60, 15


def render(
    content: bytes, kind: str, side: int = SIDE, thumbnail: int = THUMBNAIL
) -> tuple[bytes, bytes]:
    resized, small = io.BytesIO(), io.BytesIO()
    images.render(
        io.BytesIO(content),
        resized,
        small,
        kind=Kind(kind),
        max_side=side,
        thumbnail_side=thumbnail,
    )
    return resized.getvalue(), small.getvalue()


def opened(content: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


def corners(image: Image.Image) -> list[tuple[int, int, int]]:
    """Return the colours of the four quadrants, clockwise from the top left."""
    x, y = image.width // 4, image.height // 4
    picture = image.convert("RGB")
    places = [(x, y), (3 * x, y), (3 * x, 3 * y), (x, 3 * y)]
    return [picture.getpixel(place) for place in places]  # type: ignore[misc]


def assert_near(found: Any, wanted: Any, tolerance: int = 12) -> None:
    assert all(
        abs(a - b) <= tolerance
        for one, other in zip(found, wanted, strict=True)
        for a, b in zip(one, other, strict=True)
    ), f"{found} is not near {wanted}"


UPRIGHT = [files.RED, files.GREEN, files.WHITE, files.BLUE]


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_each_format_is_resized_and_keeps_its_format(kind: str) -> None:
    resized, thumbnail = (opened(made) for made in render(files.tagged(kind), kind))
    assert (resized.format, resized.size) == (kind, (60, 40))
    assert (thumbnail.format, thumbnail.size) == (kind, (15, 10))
    assert_near(corners(resized), UPRIGHT)


@pytest.mark.parametrize("kind", sorted(PICTURES))
def test_no_metadata_is_left(kind: str) -> None:
    content = files.tagged(kind)
    assert Image.open(io.BytesIO(content)).info  # what there is to lose
    for made in render(content, kind):
        assert files.CANARY.encode() not in made
        image = opened(made)
        if kind != "TIFF":  # there, EXIF is what the file itself is written in
            assert dict(image.getexif()) == {}
        assert image.getexif().get_ifd(0x8825) == {}
        assert not {"exif", "xmp", "comment", "icc_profile", "Author"} & set(image.info)


# The quadrants of the stored picture as its orientation shows them, clockwise from the top left.
TURNED = {
    1: UPRIGHT,
    2: [files.GREEN, files.RED, files.BLUE, files.WHITE],
    3: [files.WHITE, files.BLUE, files.RED, files.GREEN],
    4: [files.BLUE, files.WHITE, files.GREEN, files.RED],
    5: [files.RED, files.BLUE, files.WHITE, files.GREEN],
    6: [files.BLUE, files.RED, files.GREEN, files.WHITE],
    7: [files.WHITE, files.GREEN, files.RED, files.BLUE],
    8: [files.GREEN, files.WHITE, files.BLUE, files.RED],
}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP"])
@pytest.mark.parametrize("orientation", range(1, 10))
def test_pictures_come_out_upright(kind: str, orientation: int) -> None:
    for made, size in zip(
        render(files.tagged(kind, orientation), kind), [(60, 40), (15, 10)], strict=True
    ):
        image = opened(made)
        assert image.size == (size[::-1] if orientation in (5, 6, 7, 8) else size)
        if size[0] == SIDE:
            assert_near(corners(image), TURNED.get(orientation, UPRIGHT))


def test_small_pictures_are_not_enlarged() -> None:
    resized, thumbnail = render(files.tagged("JPEG"), "JPEG", side=500, thumbnail=400)
    assert opened(resized).size == opened(thumbnail).size == (120, 80)


def test_a_long_thin_picture_keeps_a_pixel() -> None:
    resized, thumbnail = render(files.encode(Image.new("L", (3000, 1)), "PNG"), "PNG")
    assert opened(resized).size == (60, 1)
    assert opened(thumbnail).size == (15, 1)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(kind: str) -> None:
    resized, _ = render(files.encode(files.quadrants().convert("CMYK"), kind), kind)
    assert opened(resized).mode == "RGB"
    assert_near(corners(opened(resized)), UPRIGHT)


def test_colours_are_converted_from_their_profile() -> None:
    # In this profile red and green are swapped, so a picture that ignores it shows.
    swapped = bytearray(files.srgb_profile())
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    ImageCms.getOpenProfile(io.BytesIO(swapped))
    content = files.encode(files.quadrants(), "PNG", icc_profile=bytes(swapped))
    red_shown, green_shown, *_ = corners(opened(render(content, "PNG")[0]))
    assert red_shown[1] > red_shown[0]
    assert green_shown[0] > green_shown[1]


@pytest.mark.parametrize("profile", [b"", b"no profile", files.srgb_profile()[:200]])
def test_a_broken_profile_does_not_spoil_the_picture(profile: bytes) -> None:
    content = files.encode(files.quadrants(), "PNG", icc_profile=profile)
    assert_near(corners(opened(render(content, "PNG")[0])), UPRIGHT)


def test_transparency_is_kept() -> None:
    picture = Image.new("RGBA", (120, 80), (0, 0, 0, 0))
    ImageDraw.Draw(picture).rectangle((60, 0, 120, 80), (*files.RED, 255))
    palette = picture.convert("P")  # its transparent colour is told apart from the palette
    for content, kind in [
        (files.encode(picture, "PNG"), "PNG"),
        (files.encode(picture, "WEBP", lossless=True), "WEBP"),
        (files.encode(picture, "TIFF"), "TIFF"),
        (files.encode(picture, "GIF"), "GIF"),
        (files.encode(palette, "PNG", transparency=palette.getpixel((0, 0))), "PNG"),
        (files.encode(Image.new("L", (120, 80), 7), "PNG", transparency=7), "PNG"),
    ]:
        image = opened(render(content, kind)[0]).convert("RGBA")
        assert image.getpixel((10, 10))[3] == 0  # type: ignore[index]


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("P", "PNG"), ("LA", "PNG"), ("1", "TIFF"), ("YCbCr", "TIFF"), ("LAB", "TIFF")],
)
def test_every_mode_can_be_written(mode: str, kind: str) -> None:
    source = files.quadrants()
    converted = source.convert("L").convert(mode) if mode == "LA" else None
    if mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        converted = ImageCms.profileToProfile(
            source, ImageCms.createProfile("sRGB"), lab, outputMode="LAB"
        )
    resized, _ = render(files.encode(converted or source.convert(mode), kind), kind)
    assert opened(resized).size == (60, 40)


@pytest.mark.parametrize(
    ("mode", "kind", "values"),
    [
        ("I;16", "PNG", (0, 32_896, 65_535)),
        ("I;16", "TIFF", (0, 32_896, 65_535)),
        ("I", "TIFF", (-70_000, 0, 70_000)),
        ("F", "TIFF", (-0.5, 0.25, 1.0)),
    ],
)
def test_deep_greys_become_eight_bits_of_the_same_range(
    mode: str, kind: str, values: tuple[float, ...]
) -> None:
    image = Image.new(mode, (3, 1))
    for x, value in enumerate(values):
        image.putpixel((x, 0), value)
    made = opened(render(files.encode(image, kind), kind)[0])
    assert made.mode == "L"
    assert_near([[made.getpixel((x, 0)) for x in range(3)]], [(0, 128, 255)], tolerance=1)


def test_a_single_grey_is_no_error() -> None:
    assert opened(render(files.encode(Image.new("F", (3, 1), 9.0), "TIFF"), "TIFF")[0]).mode == "L"


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_animations_stay_animated(kind: str) -> None:
    resized, thumbnail = (opened(made) for made in render(files.animation(kind), kind, side=30))
    assert (resized.n_frames, resized.size, resized.info["loop"]) == (4, (30, 20), 0)  # type: ignore[attr-defined]
    durations = []
    for number in range(4):
        resized.seek(number)
        resized.load()
        durations.append(resized.info["duration"])
        frame = resized.convert("RGBA")
        middle = (round((number * 5 + 12.5) / 2), 9)
        assert_near([frame.getpixel(middle)], [(*files.RED, 255)], tolerance=40)
        assert frame.getpixel((29, 19))[3] == 0  # type: ignore[index]
    assert durations == [40, 50, 60, 70]
    assert getattr(thumbnail, "n_frames", 1) == 1


def test_only_the_first_of_several_pages_is_used() -> None:
    pages = [files.quadrants(), Image.new("RGB", (50, 50))]
    content = files.encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    resized = opened(render(content, "TIFF")[0])
    assert (resized.n_frames, resized.size) == (1, (60, 40))  # type: ignore[attr-defined]


def test_a_phone_s_jpeg_with_a_preview_is_a_jpeg() -> None:
    content = files.encode(
        files.quadrants(), "MPO", save_all=True, append_images=[files.quadrants(30, 20)]
    )
    assert opened(render(content, "JPEG")[0]).format == "JPEG"


def gif(side: int, frames: int) -> bytes:
    """Return a GIF with frames of one pixel on a large canvas."""
    size = side.to_bytes(2, "little")
    frame = b"," + bytes(4) + b"\x01\x00\x01\x00\x80" + bytes(6) + b"\x02\x02\x44\x01\x00"
    return b"GIF89a" + size + size + bytes(3) + frame * frames + b";"


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        pytest.param(files.png_bomb, "PNG", id="png"),
        pytest.param(lambda: gif(65_535, 1), "GIF", id="gif"),
        pytest.param(lambda: gif(7_072, 1), "GIF", id="just above"),
        pytest.param(lambda: gif(4_000, 4), "GIF", id="frames together"),
        pytest.param(lambda: gif(4, images.MAX_FRAMES + 1), "GIF", id="frames"),
    ],
)
def test_too_many_pixels_or_frames(make: Callable[[], bytes], kind: str) -> None:
    content = make()
    with pytest.raises(Rejected) as rejected:
        render(content, kind)
    assert rejected.value.reason is Reason.TOO_MANY_PIXELS


def test_the_largest_allowed_number_of_frames() -> None:
    assert render(gif(4, 20), "GIF")


@pytest.mark.parametrize("kind", sorted(PICTURES))
@pytest.mark.parametrize("part", [0.5, 0.9])
def test_pictures_cut_short_are_errors(kind: str, part: float) -> None:
    content = files.encode(Image.effect_noise((200, 200), 90).convert("RGB"), kind)
    with pytest.raises((OSError, SyntaxError, ValueError)):
        render(content[: int(len(content) * part)], kind)


def test_a_format_other_than_announced_is_an_error() -> None:
    with pytest.raises(Image.UnidentifiedImageError):
        render(files.tagged("PNG"), "JPEG")
