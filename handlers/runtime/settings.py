"""Settings of a function, from environment variables."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


class SettingsError(Exception):
    """A variable is missing or has a value of the wrong type."""


def load(settings: type[T], environ: Mapping[str, str] = os.environ) -> T:
    """Return a settings dataclass: field ``users_table`` has the value of ``USERS_TABLE``.

    Fields have the type ``str`` or ``int``. The program sets all variables, by a grant or by the
    function's ``environment``; those of fields that have a default may be missing.

    Raises:
        SettingsError: names every variable that is missing or not an integer.
    """
    values: dict[str, Any] = {}
    problems: list[str] = []
    for field in dataclasses.fields(settings):  # type: ignore[arg-type]
        variable = field.name.upper()
        raw = environ.get(variable)
        if raw is None and field.default is not dataclasses.MISSING:
            continue
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
