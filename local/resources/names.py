"""Names, and spellings of properties: from Pulumi's to those of AWS's API."""

import secrets
from collections.abc import Mapping
from typing import Any


def auto_name(logical: str, limit: int, suffix: str = "") -> str:
    """Make a physical name as Pulumi does: the logical name and seven random hex digits.

    Args:
        logical: the resource's name in the program.
        limit: longest name that the service takes; the logical name is cut to fit.
        suffix: what the name must end with, such as ``.fifo``.
    """
    ending = f"-{secrets.token_hex(4)[:7]}{suffix}"
    return logical[: limit - len(ending)] + ending


def pascal(value: Any, renames: Mapping[str, str] | None = None) -> Any:
    """Spell every key as most of AWS's APIs do: ``batchSize`` becomes ``BatchSize``.

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
    """Leave out what is ``None``: boto takes a missing argument, but no empty one."""
    return {name: value for name, value in arguments.items() if value is not None}
