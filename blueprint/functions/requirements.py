"""Pinned requirements of a new function, taken from those of the whole project."""

import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path


class RequirementsError(LookupError):
    """A distribution is not pinned or not installed; the message says what to do."""


_NAME = re.compile(r"[A-Za-z0-9._-]+")


def pinned(root: Path, wanted: list[str]) -> str:
    """Return the pins of distributions and of all that they require.

    ``make lock`` writes the same. It needs the package index; this does not.

    Raises:
        RequirementsError: ``requirements.txt`` does not pin one of them; run ``make lock``.
    """
    blocks = {_name(block): block for block in _blocks((root / "requirements.txt").read_text())}
    names = sorted(_with_requirements(wanted))
    if missing := [name for name in names if name not in blocks]:
        raise RequirementsError(
            f"requirements.txt does not pin {', '.join(missing)}. Run: make lock"
        )
    # The project's pins are for all platforms; a function's image has one, where all hold.
    return "".join(re.sub(r" ; [^\\\n]*(?= \\\n)", "", blocks[name]) for name in names)


def _blocks(text: str) -> list[str]:
    return re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*\n", text, flags=re.MULTILINE)


def _with_requirements(wanted: list[str]) -> set[str]:
    found: set[str] = set()
    waiting = list(wanted)
    while waiting:
        name = _normal(waiting.pop())
        if name not in found:
            found.add(name)
            waiting += _required(name)
    return found


def _required(name: str) -> Iterator[str]:
    try:
        required = metadata.requires(name) or []
    except metadata.PackageNotFoundError:
        raise RequirementsError(f"{name} is not installed. Run: make lock, then make") from None
    for requirement in required:
        if "extra ==" not in requirement:
            yield _name(requirement)


def _name(text: str) -> str:
    return _normal(_NAME.findall(text)[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
