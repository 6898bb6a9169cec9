"""Spellings of properties: from Pulumi's to those of AWS's API."""

from collections.abc import Mapping
from typing import Any


def pascal(value: Any, renames: Mapping[str, str] | None = None) -> Any:
    """Return a value with its keys spelt as most AWS APIs do: ``BatchSize`` for ``batchSize``.

    Keys whose value is ``None`` are left out. Free-form maps (tags, environment variables) must not
    go through here.

    Args:
        value: any JSON value.
        renames: names that follow another rule, such as ``{"id": "ID"}``.
    """
    renames = renames or {}
    if isinstance(value, Mapping):
        return {
            renames.get(key, key[:1].upper() + key[1:]): pascal(item, renames)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(value, list):
        return [pascal(item, renames) for item in value]
    return value


def present(**arguments: Any) -> dict[str, Any]:
    """Return the arguments that are not ``None``: boto accepts a missing argument, but not None."""
    return {name: value for name, value in arguments.items() if value is not None}
