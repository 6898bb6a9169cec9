"""A function's settings: one frozen dataclass, read from the environment once, on first use."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class SettingsError(Exception):
    """The environment lacks a variable, or holds a value of the wrong type."""


def load(settings: type[T], environ: Mapping[str, str] = os.environ) -> T:
    """Read a settings dataclass: field ``users_table`` comes from ``USERS_TABLE``.

    Fields are of type ``str`` or ``int``; the program sets every one of them, from a grant or
    from the function's ``environment``.

    Raises:
        SettingsError: names every variable that is missing or no integer.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        variable = field.name.upper()
        raw = environ.get(variable)
        if raw is None:
            problems.append(f"{variable} is not set")
        elif field.type in (int, "int"):
            try:
                values[field.name] = int(raw)
            except ValueError:
                problems.append(f"{variable} is {raw!r}, not an integer")
        else:
            values[field.name] = raw
    if problems:
        raise SettingsError(f"{settings.__module__}: {'; '.join(problems)}")
    return settings(**values)
