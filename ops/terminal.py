"""Tells how to print: in colour or not, and whether anybody still reads."""

import os
import select
from typing import TextIO


def wants_colour(output: TextIO) -> bool:
    """Return True in a terminal, unless NO_COLOR is set (https://no-color.org)."""
    return output.isatty() and not os.environ.get("NO_COLOR")


def reader_has_gone() -> bool:
    """Return True if standard output is a closed pipe, as in ``logs --follow | head``."""
    output = select.poll()
    output.register(1, 0)  # errors only, which are always reported
    return any(event & select.POLLERR for _, event in output.poll(0))
