"""Reads and writes text files that people edit, and keeps their line ends."""

from pathlib import Path

from blueprint.project import ProjectError


def read(path: Path) -> str:
    """Return a file's text, with its line ends as they are.

    Raises:
        ProjectError: the file is not UTF-8.
    """
    try:
        return path.read_bytes().decode()
    except UnicodeDecodeError as error:
        raise ProjectError(f"{path} is not UTF-8 text: {error}") from None


def write(path: Path, text: str) -> None:
    """Write a file; if it exists and its lines end in CRLF, all new lines do, too."""
    if path.exists() and b"\r\n" in path.read_bytes():
        text = text.replace("\r\n", "\n").replace("\n", "\r\n")
    path.write_bytes(text.encode())
