"""Opens pictures: the right page, without what Pillow stumbles over, and not too large."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from PIL import (
    GifImagePlugin,
    Image,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)

from handlers.process_upload import jpeg, png, tiff
from handlers.process_upload.rejection import Reason, Rejected
from handlers.process_upload.sniff import Kind

MAX_PIXELS = 50_000_000
"""Most pixels of a picture, all frames together; cameras of phones have up to 48 million."""

Image.MAX_IMAGE_PIXELS = MAX_PIXELS
# Importing a plugin registers it. Otherwise Pillow would import all its plugins in every child.
_PLUGINS = (
    GifImagePlugin,
    JpegImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)
Image.preinit()

_CLEAN = {Kind.JPEG: jpeg.cleaned, Kind.PNG: png.cleaned, Kind.TIFF: tiff.cleaned}
_ORIENTATION = 0x0112


def open_picture(source: IO[bytes], kind: Kind) -> Image.Image:
    """Open a picture at the page to use, with no metadata but those that change the pixels.

    Raises:
        Rejected: ``TOO_MANY_PIXELS``, by the header; ``NOT_PARSED``, ``UNSUPPORTED``.
        Exception: any error of Pillow, for a damaged file.
    """
    cleaned, metadata = _CLEAN[kind](source) if kind in _CLEAN else (source, {})
    cleaned.seek(0)
    try:
        with (
            warnings.catch_warnings(action="error", category=Image.DecompressionBombWarning),
            unsupported(source, kind, opened=False),
        ):
            image = Image.open(cleaned, formats=[kind])
    except (Image.DecompressionBombWarning, Image.DecompressionBombError):
        raise Rejected(Reason.TOO_MANY_PIXELS) from None
    image.info |= {name: value for name, value in metadata.items() if value}
    if kind is Kind.PNG:
        png.mend_transparency(image, source)
    if kind is Kind.TIFF:
        tiff.mend_byte_order(image)
    return image


@contextmanager
def unsupported(source: IO[bytes], kind: Kind, *, opened: bool) -> Iterator[None]:
    """Distinguish a variant that Pillow cannot read from a damaged file."""
    try:
        yield
    except tiff.ERRORS as error:
        opened = opened and "unknown raw mode" not in str(error)
        if kind is Kind.TIFF and tiff.is_unsupported(source, opened=opened):
            raise Rejected(Reason.UNSUPPORTED) from None
        if kind is Kind.JPEG and jpeg.is_unsupported(source):
            raise Rejected(Reason.UNSUPPORTED) from None
        raise


def orientation(image: Image.Image) -> Any:
    """Return the orientation of a loaded picture: TIFF has turned itself upright by then."""
    try:
        return image.getexif().get(_ORIENTATION)
    except tiff.ERRORS:  # broken metadata
        return None
