"""What one release moves, or takes back."""

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
        """Whether all calls go where they should."""
        return self.state.version == self.target


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One release.

    Attributes:
        release: when it began, which is its name.
        resumed: whether it was begun earlier, and left half-way.
        parts: the functions that belong to it; of a resumed one, also those already moved.
    """

    release: str
    resumed: bool
    parts: Sequence[Part]

    @property
    def waiting(self) -> list[Part]:
        """The parts that are still to be moved."""
        return [part for part in self.parts if not part.done]


def to_release(aliases: Sequence[Alias]) -> Plan:
    """Find the functions whose newest version is not live.

    A release that was left half-way, or before its last watch was over, goes on under its name, so
    that all of it can be taken back.
    """
    parts = [Part(alias=a, state=a.read(), target=a.newest()) for a in aliases]
    begun = [part.state.release for part in parts if part.state.begun and part.state.release]
    release = max(begun, default=time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()))
    return Plan(
        release=release,
        resumed=bool(begun),
        parts=[p for p in parts if not p.done or (p.state.release == release and p.state.affected)],
    )


def to_take_back(aliases: Sequence[Alias], only: str | None = None) -> Plan:
    """Find what the last release has moved; nothing, if it was taken back already.

    Raises:
        ReleaseError: there was no release, or the last one is not the ``only`` one to take back.
    """
    states = [(alias, alias.read()) for alias in aliases]
    names = [state.release for _, state in states if state.release]
    if not names:
        raise ReleaseError(
            "There was no release of this stack, so there is none to take back. Where `pulumi up` "
            "moves the alias (release: all_at_once), deploy the earlier revision."
        )
    release = max(names)
    if only is not None and release != only:
        raise ReleaseError(
            f"The last release is {release}, not {only!r}: nothing was taken back. To take the "
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
