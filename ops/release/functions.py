"""Reads the functions of a stack from its output ``releases``."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ops.release.errors import ReleaseError

OUTPUT = "releases"


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function that can be released.

    Attributes:
        name: logical name, such as ``count-users``.
        region: where it runs.
        function_name: its name in AWS.
        alias: name of the alias that is moved.
        alarms: names of the alarms that a new version can make fire.
    """

    name: str
    region: str
    function_name: str
    alias: str
    alarms: tuple[str, ...]


def functions(outputs: Mapping[str, Any]) -> list[Function]:
    """Return a stack's functions, from its outputs.

    Raises:
        ReleaseError: the stack has none.
    """
    found = outputs.get(OUTPUT)
    if not found:
        raise ReleaseError(
            f"The stack has no output `{OUTPUT}`. It was deployed by an older version of this "
            "project: deploy it again."
        )
    return [_function(name, entry) for name, entry in sorted(found.items())]


def _function(name: str, entry: Mapping[str, Any]) -> Function:
    # arn:aws:lambda:<region>:<account>:function:<name>:<alias>
    _, _, _, region, _, _, function_name, alias = entry["alias"].split(":")
    return Function(
        name=name,
        region=region,
        function_name=function_name,
        alias=alias,
        alarms=tuple(entry["alarms"]),
    )
