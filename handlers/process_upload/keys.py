"""Object keys: decodes them once, and maps them so that no two uploads share an output.

A key is a name and never a path: no code joins one to a local directory.
"""

import hashlib
import re
from urllib.parse import unquote_plus

UPLOADS = "uploads/"
PROCESSED = "processed/"
REJECTED = "rejected/"

HASHED = "by-sha256/"
"""Folder for outputs of uploads whose path cannot be used as a folder's name."""

MAX_KEY_BYTES = 1024
"""Longest key in UTF-8; https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html."""

_LONGEST_NAME = len("original.") + 16
_MAX_PATH_BYTES = MAX_KEY_BYTES - len(PROCESSED) - len("/") - _LONGEST_NAME
_EXTENSION = re.compile(r"[^/.][^/]*(\.[A-Za-z0-9]{1,16})\Z")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def decode(encoded: str) -> str:
    """Decode the key of an event record, which S3 encodes as HTML forms do. Call this once only.

    Raises:
        UnicodeDecodeError: the key is not UTF-8, as all keys in S3 are. The error's text contains
            one byte of the key and no more.
    """
    return unquote_plus(encoded, errors="strict")


def extension(key: str) -> str:
    """Return the extension of a key's last piece as written, such as ``.JPG``, or ""."""
    match = _EXTENSION.search(key.rsplit("/", 1)[-1])
    return match[1] if match else ""


def output(prefix: str, key: str, name: str) -> str:
    """Return the key of an output: ``uploads/a/b.jpg`` -> ``processed/a/b.jpg/resized.jpg``.

    The upload's whole path is the folder, and ``name`` has no slash, so distinct uploads never
    share an output. A path is replaced by ``by-sha256/<sha256 of the key>`` if its outputs' keys
    would be longer than S3 allows, if it has pieces or characters that other tools misread (``.``,
    ``..``, control characters), or if it begins with ``by-sha256/`` itself.

    Args:
        prefix: ``PROCESSED`` or ``REJECTED``.
        key: a key under ``UPLOADS``.
        name: ``resized.jpg``, ``original.zip`` and the like, at most 25 bytes.
    """
    path = key.removeprefix(UPLOADS)
    if _unusable(path):
        path = HASHED + hashlib.sha256(key.encode()).hexdigest()
    return f"{prefix}{path}/{name}"


def _unusable(path: str) -> bool:
    return (
        len(path.encode()) > _MAX_PATH_BYTES
        or path.startswith(HASHED)
        or _CONTROL.search(path) is not None
        or not {".", ".."}.isdisjoint(path.split("/"))
    )
