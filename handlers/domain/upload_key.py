"""Keys of files that callers upload by the API: ids and fixed words, and no text of a caller.

``uploads/users/<user>/<upload>.jpg`` has its outputs in ``processed/users/<user>/<upload>.jpg/``.
"""

import hashlib
import re

from handlers.domain.ulid import PATTERN

_UPLOADS = "uploads/"
_PROCESSED = "processed/"
_KEY = re.compile(rf"{_UPLOADS}users/(user_{PATTERN})/(upload_{PATTERN})(?:\.[a-z]+)?")
_ID = re.compile(f"upload_{PATTERN}")

_EXTENSIONS = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/gif": ".gif",
    "image/webp": ".webp",
    "image/tiff": ".tiff",
    "application/pdf": ".pdf",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "application/xhtml+xml": ".xhtml",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/markdown": ".md",
}
"""By the declared type, the extension that makes ``process-upload`` expect a file of this type."""


def upload_key(user_id: str, upload_id: str, content_type: str) -> str:
    """Return the key of an upload; other content types than the known ones have no extension."""
    essence = content_type.partition(";")[0].strip().lower()
    return f"{_UPLOADS}users/{user_id}/{upload_id}{_EXTENSIONS.get(essence, '')}"


def ids_of(key: str) -> tuple[str, str] | None:
    """Return the ids of user and upload; None if the key is not of an upload by the API."""
    match = _KEY.fullmatch(key)
    return (match[1], match[2]) if match else None


def output_key(key: str, name: str) -> str:
    """Return the key of an upload's output, such as ``resized.jpg``."""
    return f"{_PROCESSED}{key.removeprefix(_UPLOADS)}/{name}"


def is_upload_id(text: str) -> bool:
    """Check that a text has the form of an upload's id."""
    return _ID.fullmatch(text) is not None


def digest(*parts: str) -> str:
    """Return the SHA-256, in hexadecimal, of the parts that name a piece of work."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def work_id(key: str) -> str:
    """Return the id of the ledger's entry for the work on a key."""
    return f"upload#{digest(key)}"


def file_id(key: str, version: str) -> str:
    """Return the id of the ledger's entry for what became of a file; reports count these."""
    return f"file#{digest(key, version)}"


def failure_id(key: str, sequence: str) -> str:
    """Return the id of the ledger's entry for a file of which an attempt failed."""
    return f"failed#{digest(key, sequence)}"
