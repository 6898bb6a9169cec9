"""Lines of code in a traceback, as a terminal can open them: `handlers/get_user/handler.py:12`."""

import re
from collections.abc import Iterable

FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
_BEFORE_HANDLERS = re.compile(r"^(?!.*/site-packages/).*/(?=handlers/)")


def with_places(stack: str) -> str:
    """Return a traceback with each `File "…", line 12, in f` as `…:12 in f`."""
    return FRAME.sub(place, stack)


def place(frame: re.Match[str]) -> str:
    """Return a match of `FRAME` in short; files of `handlers/` from the project's folder on."""
    file = _BEFORE_HANDLERS.sub("", frame["file"])
    return f"{file}:{frame['line']}" + (f" in {frame['name']}" if frame["name"] else "")


def raised_at(stack: Iterable[str]) -> str | None:
    """Return the line that raised an error, in short: the last one of the program's own."""
    found = [frame for text in stack for frame in FRAME.finditer(text)]
    # Not of a library that it called.
    own = [frame for frame in found if "site-packages" not in frame["file"]] or found
    return place(own[-1]) if own else None
