"""Writing extracted text."""

from typing import IO


def write(file: IO[bytes], text: str) -> None:
    """Write text as UTF-8; lone surrogates, which UTF-8 cannot encode, become question marks."""
    file.write(text.encode(errors="replace"))
