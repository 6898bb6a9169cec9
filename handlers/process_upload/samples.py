"""Samples other than 8 bits: integers and floating-point numbers, scaled to 0 to 255.

- 9 to 16 bits without a sign: by the range of their bits, so that dark pictures stay dark.
- Other integers, and floating point: by the range from the smallest to the largest value. Values
  that are not data do not count (NaN, infinity, what the tag ``GDAL_NODATA`` names, and magnitudes
  from 1e38, which programs write for "none"). They become black; positive infinity becomes white.
"""

import contextlib
import math
from collections.abc import Callable
from typing import Any, cast

from PIL import Image, ImageChops, ImageMath

_UNSIGNED_MODES = frozenset({"I;16", "I;16B", "I;16L", "I;16N"})
_NO_NUMBER = 1e38
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339
_UNSIGNED, _SIGNED, _WHITE_IS_ZERO = 1, 2, 0


def eight_bits(image: Image.Image) -> Image.Image:
    """Return a grey picture in L, or in LA if a grey is transparent; others as they are."""
    tags: dict[int, Any] = getattr(image, "tag_v2", {})
    inverted = tags.get(_PHOTOMETRIC, 1) == _WHITE_IS_ZERO
    bits = _first(tags.get(_BITS, 16))
    sample_format = _first(tags.get(_SAMPLE_FORMAT, _UNSIGNED)) if tags else _SIGNED
    if image.mode in _UNSIGNED_MODES:
        return _unsigned(image, bits, inverted=inverted)
    values = image
    if image.mode == "L" and tags and sample_format == _SIGNED:
        values = _shifted(image, lambda value: (value > 127) * -(2.0**8))
    elif image.mode == "I" and bits == 32 and sample_format == _UNSIGNED:
        values = _shifted(image, lambda value: (value < 0) * 2.0**32)
    elif image.mode not in ("I", "F"):
        return image
    return _stretched(values.convert("F"), _no_data(image), inverted=inverted)


def _first(value: Any) -> int:
    return int(value[0] if isinstance(value, tuple) else value)


def _shifted(image: Image.Image, shift: Callable[[Any], Any]) -> Image.Image:
    """Add to each value what makes it the number that Pillow has read with the wrong sign."""
    shifted = ImageMath.lambda_eval(lambda of: of["v"] + shift(of["v"]), v=image.convert("F"))
    return cast("Image.Image", shifted)


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
    valid = _where(values, lambda value: (value < _NO_NUMBER) * (value > -_NO_NUMBER))
    if no_data is not None:
        valid = ImageChops.logical_and(valid, _where(values, lambda value: value != no_data))
    grey = Image.new("L", values.size)
    if box := valid.getbbox():
        row = box[1]
        column = next(x for x in range(box[0], box[2]) if valid.getpixel((x, row)))
        blank = Image.new("F", values.size, cast("float", values.getpixel((column, row))))
        filled = Image.composite(values, blank, valid)
        low, high = cast("tuple[float, float]", filled.getextrema())
        scale = 255 / (high - low) if high > low else 1.0
        shades = filled.point(lambda value: value * scale - low * scale + 0.5).convert("L")
        grey.paste(_inverted(shades, inverted), mask=valid)
    grey.paste(255, mask=_where(values, lambda value: value == math.inf))
    return grey


def _where(values: Image.Image, test: Callable[[Any], Any]) -> Image.Image:
    """Return the mask of the values for which a test is 1 and not 0."""
    mask = ImageMath.lambda_eval(lambda of: test(of["v"]) * 255.0, v=values)
    return cast("Image.Image", mask.convert("L").convert("1"))


def _inverted(grey: Image.Image, inverted: bool) -> Image.Image:
    return ImageChops.invert(grey) if inverted else grey


def _no_data(image: Image.Image) -> float | None:
    with contextlib.suppress(KeyError, ValueError):
        return float(image.info["no_data"].strip("\x00 "))
    return None
