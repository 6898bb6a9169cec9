"""Prints to a terminal or a pipe: colour, and readers that have gone."""

import io
import os
import select
from typing import Any, TextIO


def wants_colour(output: TextIO) -> bool:
    """Return True in a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return output.isatty() and not os.environ.get("NO_COLOR")


def printable(text: str, *, keep: str = "") -> str:
    """Return a text with all but printable characters escaped, so that it controls no terminal.

    ``keep``: characters to keep nevertheless, such as tabs.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in keep else char.encode("unicode_escape").decode()
        for char in text
    )


def reader_has_gone() -> bool:
    """Return True if standard output is a closed pipe, as in ``logs --follow | head``."""
    output = select.poll()
    output.register(1, 0)  # errors only, which are always reported
    return any(event & select.POLLERR for _, event in output.poll(0))


class _Outlet(io.FileIO):
    """Drops what is written after the reader has gone, as in ``app up --detach | head -3``.

    The command continues to its end: a closed pipe must not undo what was done.
    """

    def write(self, data: Any) -> int:
        """Write bytes."""
        try:
            return super().write(data)
        except BrokenPipeError:
            return len(data)


def outlet(stream: TextIO | None, descriptor: int) -> TextIO:
    """Return a stream in place of this one that goes on when its reader has gone."""
    if stream is None:  # the shell has closed it: `app up >&-`
        return open(os.devnull, "w")
    unbuffered = getattr(stream, "write_through", False)
    raw = _Outlet(descriptor, "w", closefd=False)
    return io.TextIOWrapper(
        raw if unbuffered else io.BufferedWriter(raw),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=getattr(stream, "line_buffering", False),
        write_through=unbuffered,
    )
