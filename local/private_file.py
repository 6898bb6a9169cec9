"""Writes files that only this machine's user can read, whole or not at all."""

import os
from pathlib import Path


def write(file: Path, content: bytes) -> None:
    """Write a file, or replace it, so that no reader sees a part of it."""
    temporary = file.with_name(f"{file.name}.new")
    temporary.unlink(missing_ok=True)
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(content)
    temporary.replace(file)
