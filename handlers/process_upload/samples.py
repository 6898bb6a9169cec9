"""Samples other than 8 bits: integers and floating-point numbers, scaled to 0 to 255.

- 9 to 16 bits without a sign: by the range of their bits, so that dark pictures stay dark.
- Other integers, and floating point: by the range from the smallest to the largest value. Values
  that are no data do not count (NaN, infinity, what the tag ``GDAL_NODATA`` names, and magnitudes
  from 1e38, which programs write for "none"). They become black; positive infinity becomes white.
"""

import contextlib
from typing import Any, cast

from PIL import Image, ImageChops, ImageMath

MODES = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_NO_NUMBER = 1e38
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT, _NO_DATA = 258, 262, 339, 42113
_UNSIGNED, _WHITE_IS_ZERO = 1, 0


def eight_bits(image: Image.Image) -> Image.Image:
    """Return a picture of one of the ``MODES`` in L; in LA if one of its greys is transparent."""
    tags: dict[int, Any] = getattr(image, "tag_v2", {})
    inverted = tags.get(_PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    (bits, *_) = tags.get(_BITS, (16,))
    if image.mode not in ("I", "F"):
        return _unsigned(image, bits, inverted=inverted)
    values = image.convert("F")
    (sample_format, *_) = tags.get(_SAMPLE_FORMAT, (_UNSIGNED,))
    if image.mode == "I" and bits == 32 and sample_format == _UNSIGNED and tags:
        # Pillow reads them with a sign.
        values = ImageMath.lambda_eval(lambda of: of["v"] + (of["v"] < 0) * 2.0**32, v=values)
    return _stretched(values, _no_data(tags), inverted=inverted)


def _unsigned(image: Image.Image, bits: int, *, inverted: bool) -> Image.Image:
    values = image.convert("I")
    scale = 255 / (2**bits - 1)
    grey = _inverted(values.point(lambda value: value * scale + 0.5).convert("L"), inverted)
    transparent = image.info.get("transparency")
    if transparent is None:
        return grey
    opaque = ImageMath.lambda_eval(lambda of: (of["v"] != transparent) * 255, v=values)
    return Image.merge("LA", (grey, opaque.convert("L")))


def _stretched(values: Image.Image, no_data: float | None, *, inverted: bool) -> Image.Image:
    black = Image.new("L", values.size)

    def where(test: Any) -> Image.Image:
        mask = ImageMath.lambda_eval(lambda of: test(of["v"]) * 255.0, v=values)
        return mask.convert("L").convert("1")

    valid = where(lambda value: (value < _NO_NUMBER) * (value > -_NO_NUMBER))
    if no_data is not None:
        valid = ImageChops.logical_and(valid, where(lambda value: value != no_data))
    box = valid.getbbox()
    if box is None:
        return black
    example = next((x, box[1]) for x in range(box[0], box[2]) if valid.getpixel((x, box[1])))
    blank = Image.new("F", values.size, values.getpixel(example))
    filled = Image.composite(values, blank, valid)
    low, high = cast("tuple[float, float]", filled.getextrema())
    scale = 255 / (high - low) if high > low else 1.0
    grey = filled.point(lambda value: value * scale - low * scale + 0.5).convert("L")
    grey = Image.composite(_inverted(grey, inverted), black, valid)
    infinite = where(lambda value: value == float("inf"))
    return Image.composite(Image.new("L", values.size, 255), grey, infinite)


def _inverted(grey: Image.Image, inverted: bool) -> Image.Image:
    return ImageChops.invert(grey) if inverted else grey


def _no_data(tags: dict[int, Any]) -> float | None:
    value = tags.get(_NO_DATA)
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return float(value.strip("\x00 "))
    return None
