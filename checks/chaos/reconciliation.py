"""Compares the inputs of the system with their effects.

Each accepted input ends in exactly one of: its effect, once; visible in a dead-letter queue or
under ``rejected/`` with its original payload; an explicit refusal to the caller.
"""

import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Inputs by what became of them; the caller chooses the inputs' names.

    The first three are correct results, all others are violations.

    Attributes:
        once: the effect was applied once.
        kept: visible with the original payload, without an effect.
        refused: the caller was told so, and there was no effect.
        doubled: the effect was applied more than once.
        several: ended in two or all of the ways above.
        altered: kept, but not with the original payload.
        lost: nothing became of it.
        unknown: an effect, or something kept, that nobody sent.
    """

    once: set[str] = field(default_factory=set)
    kept: set[str] = field(default_factory=set)
    refused: set[str] = field(default_factory=set)
    doubled: set[str] = field(default_factory=set)
    several: set[str] = field(default_factory=set)
    altered: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    unknown: set[str] = field(default_factory=set)

    @property
    def violations(self) -> dict[str, set[str]]:
        """The inputs that violate the rules, by the attributes above; empty if there are none."""
        allowed = ("once", "kept", "refused")
        return {name: found for name, found in self._all() if found and name not in allowed}

    def __str__(self) -> str:
        return ", ".join(f"{name} {len(found):,}" for name, found in self._all())

    def _all(self) -> list[tuple[str, set[str]]]:
        return [(item.name, getattr(self, item.name)) for item in fields(self)]


class Ledger:
    """What was sent, by input; threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sent: dict[str, object] = {}
        self._refused: set[str] = set()

    def send(self, name: str, payload: object = None) -> None:
        """Record an input before it is sent, with the payload that its dead letter must hold."""
        with self._lock:
            if name in self._sent:
                raise ValueError(f"{name} was sent before; each input needs a name of its own")
            self._sent[name] = payload

    def refuse(self, name: str) -> None:
        """Record that the caller received a refusal for an input."""
        with self._lock:
            self._refused.add(name)

    def balance(
        self, *, effects: Iterable[str], kept: Iterable[tuple[str, object]] = ()
    ) -> Balance:
        """Compare the inputs with their effects.

        Args:
            effects: the input of every effect that is found, as often as it is found.
            kept: the input and the payload of everything that is visible as failed.
        """
        balance = Balance()
        applied, found = Counter(effects), dict(kept)
        for name, payload in self._sent.items():
            ends = (name in applied, name in found, name in self._refused)
            if sum(ends) > 1:
                balance.several.add(name)
            elif applied[name] > 1:
                balance.doubled.add(name)
            elif name in applied:
                balance.once.add(name)
            elif name in found:
                (balance.kept if found[name] == payload else balance.altered).add(name)
            elif name in self._refused:
                balance.refused.add(name)
            else:
                balance.lost.add(name)
        balance.unknown.update((applied.keys() | found.keys() | self._refused) - self._sent.keys())
        return balance
