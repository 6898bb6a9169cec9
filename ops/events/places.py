"""Lines of code in a traceback, as a terminal can open them: `handlers/get_user/handler.py:12`."""

import re

FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
_BEFORE_HANDLERS = re.compile(r"^(?!.*/site-packages/).*/(?=handlers/)")


def with_places(stack: str) -> str:
    """Return a traceback with each `File "…", line 12, in f` as `…:12 in f`."""
    return FRAME.sub(place, stack)


def place(frame: re.Match[str]) -> str:
    """Return a match of `FRAME` in short; files of `handlers/` from the project's folder on."""
    file = _BEFORE_HANDLERS.sub("", frame["file"])
    return f"{file}:{frame['line']}" + (f" in {frame['name']}" if frame["name"] else "")
