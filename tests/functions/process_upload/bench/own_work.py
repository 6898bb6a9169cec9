"""Processes a file as this function does between reading it from S3 and writing the results.

``file_loop.py`` runs it where the functions' packages are. It creates the clients too, because a
larger process takes longer to fork.
"""

import gc
import tempfile
from contextlib import ExitStack

from handlers.process_upload.limits import Limits
from handlers.process_upload.sniff import Kind
from handlers.process_upload.transform import transform
from handlers.runtime import aws

SIDE, THUMBNAIL = 1280, 256
_MEGABYTE = 1024 * 1024
_LIMITS = Limits(
    max_bytes=25 * _MEGABYTE,
    memory_bytes=768 * _MEGABYTE,
    image_max_side=SIDE,
    thumbnail_side=THUMBNAIL,
)
_CLIENTS = aws.client("s3"), aws.client("dynamodb")

gc.freeze()  # as handlers/runtime/entrypoint.py does at INIT
gc.enable()


def picture(content: bytes) -> list[bytes]:
    """Return the resized picture and the thumbnail of a JPEG."""
    return _processed(content, Kind.JPEG)


def document(content: bytes) -> list[bytes]:
    """Return the text of a PDF."""
    return _processed(content, Kind.PDF)


def _processed(content: bytes, kind: Kind) -> list[bytes]:
    with ExitStack() as files:
        source = files.enter_context(tempfile.TemporaryFile())
        source.write(content)
        source.seek(0)
        transformed = transform(kind, source, _LIMITS, seconds_left=lambda: 120, files=files)
        return [output.read() for _, output in transformed.outputs]
