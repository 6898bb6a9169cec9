"""The errors of the local cloud that the user can correct.

LocalError
├── WrongUsage                a name, key or file that was given is wrong
├── NotRunning                no local cloud is running (or it has ended)
└── DeployFailed              the program, or one of its resources, failed
    ├── PartlyApplied         a resource failed after others of the running cloud were changed
    └── WrongConfiguration    a file of the project, or a value in it, is wrong
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from blueprint.suggestions import unknown_name

if TYPE_CHECKING:
    from local.deployed import Deployed


class LocalError(Exception):
    """Says what is wrong, the value given, and what to do; printed without a traceback."""

    exit_code = 1


class WrongUsage(LocalError):
    """A name, key or file that was given is wrong."""

    exit_code = 2


class NotRunning(LocalError):
    """No local cloud is running."""


class DeployFailed(LocalError):
    """The program could not be deployed."""


class PartlyApplied(DeployFailed):
    """A resource could not be changed after others were; ``deployed`` is the present state."""

    def __init__(self, message: str, deployed: Deployed) -> None:
        super().__init__(
            f"{message}\nOther changes may have been made. Correct the program and apply it again, "
            "or start again: app down, then app up"
        )
        self.deployed = deployed


class WrongConfiguration(DeployFailed):
    """A file of the project is missing or malformed, or the program refused a value in it."""

    exit_code = 2


def unknown(kind: str, name: str, known: Collection[str], *, title: str = "") -> WrongUsage:
    """Return the error for a name that does not exist, with the names that do.

    ``kind`` is what it would be the name of, such as ``function``. ``title``: of the list of names,
    if it is not the plural of the kind.
    """
    return WrongUsage(unknown_name(kind, name, {title or f"{kind.capitalize()}s": known}))
