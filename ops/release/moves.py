"""Finds what a release moves, and what a rollback moves back."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from ops.release.alias import Alias, State
from ops.release.errors import ReleaseError


@dataclass(kw_only=True)
class Part:
    """One function's part in a release; ``state`` is what was last read or written."""

    alias: Alias
    state: State
    target: str

    @property
    def name(self) -> str:
        """The function's logical name."""
        return self.alias.function.name

    @property
    def done(self) -> bool:
        """True if all calls go to the target."""
        return self.state.version == self.target


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One release.

    Attributes:
        release: its name, which is the time it began.
        resumed: whether it was begun earlier, and not finished.
        parts: the functions that belong to it. A resumed release includes those already moved.
    """

    release: str
    resumed: bool
    parts: Sequence[Part]

    @property
    def waiting(self) -> list[Part]:
        """The parts that are still to be moved."""
        return [part for part in self.parts if not part.done]


def to_release(aliases: Sequence[Alias]) -> Plan:
    """Return the functions whose newest version is not live.

    A release that was not finished, or not watched to the end, goes on under its name, so that all
    of it can be rolled back.
    """
    parts = [Part(alias=a, state=a.read(), target=a.versions()[-1]) for a in aliases]
    begun = [part.state.release for part in parts if part.state.begun and part.state.release]
    release = max(begun, default=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    return Plan(
        release=release,
        resumed=bool(begun),
        parts=[p for p in parts if not p.done or (p.state.release == release and p.state.affected)],
    )


def to_roll_back(aliases: Sequence[Alias], only: str | None = None) -> Plan:
    """Return what the last release moved; nothing if it was rolled back already.

    Raises:
        ReleaseError: there was no release, or the last one is not ``only``.
    """
    states = [(alias, alias.read()) for alias in aliases]
    names = [state.release for _, state in states if state.release]
    if not names:
        raise ReleaseError(
            "There was no release of this stack, so there is nothing to roll back. If `pulumi up` "
            "moves the alias (release: all_at_once), deploy the earlier revision."
        )
    release = max(names)
    if only is not None and release != only:
        raise ReleaseError(
            f"The last release is {release}, not {only!r}: nothing was rolled back. To roll the "
            "last one back, leave --release out."
        )
    return Plan(
        release=release,
        resumed=True,
        parts=[
            Part(alias=alias, state=state, target=state.old)
            for alias, state in states
            if state.release == release and state.affected
        ],
    )
