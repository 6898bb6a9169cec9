"""Pinned requirements of a new function, taken from those of the whole project."""

import re
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import NormalizedName, canonicalize_name

_IMAGE = {
    "python_version": "3.13",
    "python_full_version": "3.13.0",
    "sys_platform": "linux",
    "platform_system": "Linux",
    "extra": "",
}
"""Where functions run, as in ``make lock``: decides which requirements a distribution has there."""


class RequirementsError(LookupError):
    """A distribution is not pinned or not installed; the message says what to do."""


def pinned(root: Path, wanted: list[str]) -> str:
    """Return the pins of distributions and of all that they require.

    ``make lock`` writes the same. It needs the package index; this does not.

    Raises:
        RequirementsError: ``requirements.txt`` does not pin one of them; run ``make lock``.
    """
    pins = _pins((root / "requirements.txt").read_text())
    names = sorted(_with_requirements(map(Requirement, wanted)))
    if missing := [name for name in names if name not in pins]:
        raise RequirementsError(
            f"requirements.txt does not pin {', '.join(missing)}. Run: make lock"
        )
    # The project's pins are for all platforms; a function's image has one, where all hold.
    return "".join(re.sub(r" ; [^\\\n]*(?= \\\n)", "", pins[name]) for name in names)


def _pins(text: str) -> dict[NormalizedName, str]:
    """Return each pin with its hashes, by name."""
    pins = re.findall(r"^[A-Za-z0-9].*(?:\n[ \t].*)*\n", text, flags=re.MULTILINE)
    return {canonicalize_name(Requirement(pin.partition("\\")[0]).name): pin for pin in pins}


def _with_requirements(wanted: Iterable[Requirement]) -> set[NormalizedName]:
    found: set[NormalizedName] = set()
    waiting = list(wanted)
    while waiting:
        name = canonicalize_name(waiting.pop().name)
        if name not in found:
            found.add(name)
            waiting += _required(name)
    return found


def _required(name: str) -> list[Requirement]:
    try:
        required = [Requirement(each) for each in metadata.requires(name) or []]
    except metadata.PackageNotFoundError:
        raise RequirementsError(f"{name} is not installed. Run: make lock, then make") from None
    return [each for each in required if each.marker is None or each.marker.evaluate(_IMAGE)]
