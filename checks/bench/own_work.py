"""What ``process-upload`` does with a file, between reading it from S3 and writing there.

Runs where the functions' packages are (``file_loop.py``). The clients are there too: a larger
process takes longer to fork.
"""

import gc
import tempfile
from contextlib import ExitStack

from handlers.process_upload import sandbox
from handlers.process_upload.sniff import Kind
from handlers.process_upload.work import Limits, work
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

gc.freeze()  # as handlers/runtime/start.py does at INIT
gc.enable()


def picture(content: bytes) -> list[bytes]:
    """Return the resized picture and the thumbnail of a JPEG."""
    return _processed(content, Kind.JPEG)


def document(content: bytes) -> list[bytes]:
    """Return the text of a PDF."""
    return _processed(content, Kind.PDF)


def _processed(content: bytes, kind: Kind) -> list[bytes]:
    todo = work(kind, _LIMITS)
    with ExitStack() as files:
        source, *made = (
            files.enter_context(tempfile.TemporaryFile()) for _ in range(1 + len(todo.outputs))
        )
        source.write(content)
        source.seek(0)
        sandbox.run(todo.parse, source, made, seconds=60, memory_bytes=_LIMITS.memory_bytes)
        for output in made:
            output.seek(0)
        return [output.read() for output in made]
