"""Resizes a picture with Pillow's draft and resize alone, to files of the same size."""

import io

from PIL import Image, ImageOps

SIDE, THUMBNAIL = 1280, 256
OPTIONS = {"quality": 85, "optimize": True, "progressive": True}


def plain(content):
    with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
        image.draft(None, (SIDE, SIDE))
        resized = fit(image, SIDE)
        ImageOps.exif_transpose(resized, in_place=True)
    return [encode(resized), encode(fit(resized, THUMBNAIL))]


def fit(image, side):
    scale = side / max(image.size)
    size = (round(image.width * scale), round(image.height * scale))
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0)


def encode(image):
    stream = io.BytesIO()
    image.save(stream, "JPEG", exif=b"", **OPTIONS)
    return stream.getvalue()
