"""Checks of values that a person writes into a program, against the limits of AWS."""

from collections import Counter
from collections.abc import Iterable


def check_integer(what: str, value: int, least: int, most: int, why: str = "") -> None:
    """Check that a value is an integer within bounds; a text or a broken number is none.

    Args:
        what: the argument's name.
        value: its value.
        least: the lowest value that AWS allows.
        most: the highest.
        why: ends the error: when more would be allowed, for example.

    Raises:
        ValueError: it is not.
    """
    if type(value) is not int or not least <= value <= most:
        raise ValueError(
            f"{what} is {value!r}; must be a whole number from {least:,} to {most:,}{why}"
        )


def check_length(what: str, text: str, most: int) -> None:
    """Check that a text has at least one character, and at most so many.

    Raises:
        ValueError: it has not.
    """
    if not 1 <= len(text) <= most:
        raise ValueError(f"{what} is {text!r}; must have 1 to {most} characters")


def check_distinct(what: str, values: Iterable[str]) -> None:
    """Check that no value of a list is there twice.

    Raises:
        ValueError: one is.
    """
    for value, count in Counter(values).items():
        if count > 1:
            raise ValueError(f"{what} has {value} twice; leave one out")
