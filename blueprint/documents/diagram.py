"""What the architecture diagram shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Arrow:
    """One of a function's arrows.

    Attributes:
        kind: ``source``: from an outside source that triggers the function. ``event``: from a store
            that triggers it. ``grant``: to a store that the function may use. ``failure``: to the
            queue of failed events.
        end: name of the source, store or queue.
        label: text along the arrow.
        trouble: whether something that took this way failed; its label is drawn in red.
    """

    kind: Literal["source", "event", "grant", "failure"]
    end: str
    label: str
    trouble: bool = False

    @property
    def at_store(self) -> bool:
        """True if a store is at the other end."""
        return self.kind in ("event", "grant")


@dataclass(frozen=True)
class Diagram:
    """Functions with their arrows, and stores with their kinds, by name."""

    functions: Mapping[str, tuple[Arrow, ...]]
    stores: Mapping[str, str]
