"""Lines of code in a traceback, as a terminal can open them: `handlers/get_user/handler.py:12`."""

import re
from collections.abc import Iterable

FRAME = re.compile(r'File "(?P<file>[^"\n]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
CAUSED_BY = re.compile(r"^Caused by ([\w.]+).*$", re.MULTILINE)
"""The line between the lines of an error and those of the error that led to it."""

_FOREIGN = re.compile(r"site-packages|/lib/python3|^<")
_BEFORE_HANDLERS = re.compile(r"^(?!.*/site-packages/).*/(?=handlers/)")


def with_short_frames(stack: str) -> str:
    """Return a traceback with each `File "…", line 12, in f` as `…:12 in f`."""
    return FRAME.sub(short_frame, stack)


def short_frame(frame: re.Match[str]) -> str:
    """Return a match of `FRAME` in short; paths in `handlers/` begin at the project's folder."""
    file = _BEFORE_HANDLERS.sub("", frame["file"])
    return f"{file}:{frame['line']}" + (f" in {frame['name']}" if frame["name"] else "")


def raised_at(stack: Iterable[str]) -> str | None:
    """Return the line that raised an error, in short: the last one of the program's own."""
    return _last(CAUSED_BY.split("".join(stack))[0])


def first_raised(stack: Iterable[str]) -> str | None:
    """Return the type and the line of the first error of a chain; None if there is no chain.

    It is the first one with a line of the program's own.
    """
    text = "".join(stack)
    for kind, part in reversed(
        list(zip(CAUSED_BY.findall(text), CAUSED_BY.split(text)[2::2], strict=True))
    ):
        where = _last(part, of_program=True)
        if where:
            return f"{kind} at {where}"
    return None


def _last(text: str, *, of_program: bool = False) -> str | None:
    """Return the program's last line; without one, the last of any code unless ``of_program``."""
    found = list(FRAME.finditer(text))
    # Not of a library that it called.
    ours = [frame for frame in found if not _FOREIGN.search(frame["file"])]
    shown = ours if ours or of_program else found
    return short_frame(shown[-1]) if shown else None
