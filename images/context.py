"""The build context of a function's image: its sources, and nothing of other functions."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from images.sources import handler_sources

ROOT = Path(__file__).parent.parent
_STAGING = ROOT / ".build"
_COMMON = (
    "Dockerfile",
    "build-requirements.txt",
    "build.py",
    "package_index.py",
    "select_data.py",
)


def sources(function: str) -> dict[str, Path]:
    """Return the files of a function's image, by their path in the build context.

    Args:
        function: the function's folder, such as ``count_users``.

    Raises:
        ValueError: the function's handler or requirements are missing.
    """
    requirements = ROOT / "images" / function / "requirements.txt"
    handler = ROOT / "handlers" / function / "handler.py"
    for path in (handler, requirements):
        if not path.is_file():
            raise ValueError(
                f"the function {function!r} has no {path.relative_to(ROOT)}; a function is a "
                "folder in handlers/ and one in images/ (see README, Add a function)"
            )
    return {
        **{name: ROOT / "images" / name for name in _COMMON},
        "requirements.txt": requirements,
        **{path.relative_to(ROOT).as_posix(): path for path in handler_sources(ROOT, function)},
    }


@dataclass(frozen=True, kw_only=True)
class Staged:
    """A build context that is ready.

    Attributes:
        folder: its path.
        fingerprint: the SHA-256, in hexadecimal, of the names and contents of its files.
    """

    folder: Path
    fingerprint: str


def fingerprint(function: str) -> str:
    """Return what ``stage`` returns as the fingerprint, and write nothing."""
    return fingerprint_of(contents(function))


def stage(function: str) -> Staged:
    """Copy a function's sources into a folder of their own.

    Each function has its own build context, so a change in one rebuilds no other image. The folder
    is kept between runs: only files that differ are written, and files that left are removed.

    Raises:
        ValueError: the function's handler or requirements are missing.
    """
    folder = _STAGING / function
    files = contents(function)
    wanted = {folder / name: content for name, content in files.items()}
    for target, content in wanted.items():
        if not target.is_file() or target.read_bytes() != content:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            target.chmod(0o644)  # a file's mode is part of the build's cache key
    folders = {parent for target in wanted for parent in target.parents}
    for path in sorted(folder.rglob("*"), reverse=True):  # contents before their folder
        if path.is_dir():
            if path not in folders:
                path.rmdir()
        elif path not in wanted:
            path.unlink(missing_ok=True)
    return Staged(folder=folder, fingerprint=fingerprint_of(files))


def contents(function: str) -> dict[str, bytes]:
    """Return the contents of ``sources``, by their path in the build context."""
    return {name: path.read_bytes() for name, path in sources(function).items()}


def fingerprint_of(files: Mapping[str, bytes]) -> str:
    """Return the fingerprint of contents by their names."""
    digest = hashlib.sha256()
    for name, content in files.items():
        digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()
