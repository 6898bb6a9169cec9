"""Checks of parsers of command-line arguments."""

from typing import Any

import typer
from hypothesis import strategies as st

NUMBERS = st.text() | st.floats().map(repr) | st.integers().map(str)
"""Numbers, and texts that are none."""


def parsed(parse: Any, text: str) -> tuple[Any, str]:
    """Return what a parser returns, or its refusal."""
    try:
        return parse(text), ""
    except typer.BadParameter as refused:
        return None, refused.message


def number_within(bounds: tuple[float, float], parse: Any, text: str) -> float | None:
    """Check that a parser returns the number within its bounds, or refuses the text by name."""
    number, refusal = parsed(parse, text)
    if number is None:
        assert repr(text) in refusal
        return None
    least, most = bounds
    assert least <= number <= most
    assert number == float(text)
    assert number != float("inf")
    return float(number)
