"""A request for an upload: checks the body."""

import re

import msgspec

from handlers.domain.upload import (
    CONTENT_TYPE_PATTERN,
    FILENAME_PATTERN,
    MAX_FILENAME_LENGTH,
    NewUpload,
)

MAX_BODY_BYTES = 8192
"""A filename of 255 characters fits in 4 KB, however it is escaped."""

_FILENAME = re.compile(FILENAME_PATTERN.strip("^$"))
_CONTENT_TYPE = re.compile(CONTENT_TYPE_PATTERN.strip("^$"))


class InvalidRequest(Exception):
    """The request is refused; the text tells the caller why and quotes no text of the request."""


class FileTooLarge(InvalidRequest):
    """The file is larger than this stack allows."""


class _Fields(msgspec.Struct):
    filename: msgspec.Raw = msgspec.Raw(b"null")
    content_type: msgspec.Raw = msgspec.Raw(b"null")
    size: msgspec.Raw = msgspec.Raw(b"null")


def parse_new_upload(body: bytes, *, most_bytes: int) -> NewUpload:
    """Parse a body ``{"filename": …, "content_type": …, "size": …}`` and check it.

    Unknown fields are ignored. If a field appears twice, the last one counts.

    Args:
        body: the request's.
        most_bytes: the largest size that is allowed.

    Raises:
        InvalidRequest: the body is not a JSON object, or a field is missing, null, of the wrong
            type, or out of bounds.
        FileTooLarge: the size is more than is allowed.
    """
    try:
        # msgspec skips the strings of unknown fields; `decode` checks that they are UTF-8 too.
        fields = msgspec.json.decode(body.decode(), type=_Fields)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise InvalidRequest("Invalid request body") from None
    raw = (fields.filename, fields.content_type, fields.size)
    if b"null" in map(bytes, raw):
        raise InvalidRequest("filename, content_type and size are required")
    return NewUpload(
        _filename(fields.filename), _content_type(fields.content_type), _size(fields, most_bytes)
    )


def _filename(raw: msgspec.Raw) -> str:
    filename = _text("filename", raw)
    if not 1 <= len(filename) <= MAX_FILENAME_LENGTH:
        raise InvalidRequest(
            f"filename is {len(filename)} characters long; it must have 1 to {MAX_FILENAME_LENGTH}"
        )
    if not _FILENAME.fullmatch(filename):
        raise InvalidRequest(
            "filename has a control character, a mark that changes the direction of text, or a "
            "noncharacter; only printable text is allowed, because people read it"
        )
    return filename


def _content_type(raw: msgspec.Raw) -> str:
    content_type = _text("content_type", raw)
    if not _CONTENT_TYPE.fullmatch(content_type):
        raise InvalidRequest(
            f"content_type ({len(content_type)} characters) is not a media type such as "
            "image/jpeg or text/plain; charset=utf-8"
        )
    return content_type


def _size(fields: _Fields, most_bytes: int) -> int:
    try:
        number = msgspec.json.decode(fields.size, type=int | float)
    except msgspec.DecodeError:
        number = 0.5
    size = int(number)
    if size != number:  # JSON does not tell 5 from 5.0
        raise InvalidRequest("size must be a whole number of bytes")
    if not 1 <= size <= most_bytes:
        refusal = FileTooLarge if size > most_bytes else InvalidRequest
        raise refusal(f"size must be from 1 to {most_bytes} bytes")
    return size


def _text(field: str, raw: msgspec.Raw) -> str:
    try:
        return msgspec.json.decode(raw, type=str)
    except msgspec.ValidationError:
        raise InvalidRequest(f"{field} must be a string") from None
    except msgspec.DecodeError:
        raise InvalidRequest("Invalid request body") from None
