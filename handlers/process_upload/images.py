"""Pictures, resized to a longest side, upright, without metadata, in their own format.

- Size: never enlarged.
- Metadata: the EXIF orientation is applied. Then all metadata are dropped (EXIF with its GPS
  position, XMP, IPTC, comments, text chunks).
- Colours: converted to sRGB by the embedded ICC profile, which is then dropped. CMYK becomes RGB by
  its profile or, without one, by the plain formula. A broken profile is ignored.
- Depth: 16 bits a channel become 8; for other integers and floating point see ``samples``.
- Palettes and black-and-white become colours and greys. Transparency is kept.
- Frames: animated GIF and WebP stay animated when resized; their thumbnail is the first frame. Of
  other files with several pictures (TIFF pages, animated PNG, JPEG with previews), only the first
  is used; of TIFF, the first that is not a preview.
- Camera raw in the container of TIFF is not parsed. What Pillow cannot decode is ``UNSUPPORTED``.
- Quality: JPEG 85, progressive; WebP 80, lossy.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

from PIL import Image, ImageCms, ImageSequence

from handlers.process_upload import samples
from handlers.process_upload.opening import MAX_PIXELS, open_picture, orientation, unsupported
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind

MAX_FRAMES = 1_000

# After a large block is freed, the C library keeps blocks up to its size (32 MB at most) for reuse.
# Otherwise each buffer of a picture gets new pages from the kernel, which costs 5 % of the time.
bytes(16 * 1024 * 1024)

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ANIMATED = frozenset({Kind.GIF, Kind.WEBP})
_SAVE: dict[Kind, dict[str, Any]] = {
    Kind.JPEG: {"quality": 85, "optimize": True, "progressive": True},
    Kind.PNG: {"optimize": True},
    Kind.WEBP: {"quality": 80},
    Kind.GIF: {},
    Kind.TIFF: {"compression": "tiff_lzw"},
}


@dataclass(frozen=True)
class Format:
    """The extension and the content type of a picture's file."""

    extension: str
    content_type: str


FORMATS = {
    Kind.JPEG: Format("jpg", "image/jpeg"),
    Kind.PNG: Format("png", "image/png"),
    Kind.WEBP: Format("webp", "image/webp"),
    Kind.GIF: Format("gif", "image/gif"),
    Kind.TIFF: Format("tiff", "image/tiff"),
}


def render(
    source: IO[bytes],
    resized: IO[bytes],
    thumbnail: IO[bytes],
    *,
    kind: Kind,
    max_side: int,
    thumbnail_side: int,
) -> None:
    """Write a picture in two smaller sizes.

    Args:
        source: the picture.
        resized: receives the picture with no side longer than ``max_side``.
        thumbnail: receives the picture with no side longer than ``thumbnail_side``.
        kind: the picture's format.
        max_side: pixels.
        thumbnail_side: pixels.

    Raises:
        Rejected: ``TOO_MANY_PIXELS``, by the header, before anything is decoded.
        Exception: any error of Pillow, for a damaged file.
    """
    first, animation = _shrink(source, kind, max_side)
    first.save(resized, kind, **_SAVE[kind], **animation)
    _fit(first, thumbnail_side).save(thumbnail, kind, **_SAVE[kind])


def _shrink(source: IO[bytes], kind: Kind, side: int) -> tuple[Image.Image, dict[str, Any]]:
    """Return a picture's first frame, resized, and the arguments that save the others with it.

    When this returns, the decoded picture, which takes most of the memory, is freed.
    """
    with open_picture(source, kind) as image:
        image.draft(None, (side, side))  # a large JPEG is decoded at a half, a quarter …
        frames, durations = [], []
        for frame in _frames(image, kind):
            with unsupported(source, kind, opened=True):
                frame.load()
            frames.append(_small(frame, side))
            durations.append(int(frame.info.get("duration", 0)))
        animation: dict[str, Any] = {}
        if len(frames) > 1:
            animation |= {"save_all": True, "append_images": frames[1:], "duration": durations}
            if kind is Kind.GIF:
                animation["disposal"] = 2  # each frame is a whole picture here
            if "loop" in image.info:
                animation["loop"] = image.info["loop"]
    return frames[0], animation


def _frames(image: Image.Image, kind: Kind) -> Iterator[Image.Image]:
    pixels = image.width * image.height
    frames = ImageSequence.Iterator(image) if kind in _ANIMATED else (image,)
    for count, frame in enumerate(frames, start=1):
        if count > MAX_FRAMES or count * pixels > MAX_PIXELS:
            raise Rejected(Reason.TOO_MANY_PIXELS)
        yield frame


def _small(image: Image.Image, side: int) -> Image.Image:
    """Return a picture resized, with 8 bits a channel, in sRGB, upright, without metadata."""
    turn = _UPRIGHT.get(orientation(image))
    profile = image.info.get("icc_profile")
    small = _srgb(_fit(_eight_bits(image), side), profile)
    if turn is not None:
        small = small.transpose(turn)
    small.info = {}
    return small


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture in L, RGB, RGBA or CMYK; palettes cannot be resized."""
    image = samples.eight_bits(image)
    if image.mode == "CMYK":
        return image
    if image.mode == "La":  # of which Pillow makes nothing else
        image = image.convert("LA")
    mode = "L" if image.mode in ("1", "L") else "RGB"
    if image.has_transparency_data:
        mode = "RGBA"
    return image if image.mode == mode else image.convert(mode)


def _fit(image: Image.Image, side: int) -> Image.Image:
    """Return a copy of a picture, resized if one of its sides is longer than ``side``."""
    scale = min(1.0, side / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def _srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    mode = "RGB" if image.mode == "CMYK" else image.mode
    if isinstance(profile, bytes) and profile and mode != "L":
        try:
            converted = ImageCms.profileToProfile(
                image, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except ImageCms.PyCMSError:
            converted = None
        if converted is not None:
            return converted
    return image if image.mode == mode else image.convert(mode)
