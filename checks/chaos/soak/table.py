"""Defines the table of a soak, and when it balances."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from checks.chaos.reconciliation import Balance, Ledger


@dataclass(frozen=True, kw_only=True)
class Row:
    """One row of the table.

    Attributes:
        title: what the inputs went through.
        balance: the inputs by what became of them, by number or by user's id.
        twice: of those with one effect, e-mails that went out a second time, as the specification
            allows where it is uncertain whether the first one did.
        rejected: of those that are kept, the ones under ``rejected/``; the others are dead letters.
        also_kept: of those with their effect, the ones that are visible as failed all the same.
    """

    title: str
    balance: Balance
    twice: Collection[str] = ()
    rejected: Collection[str] = ()
    also_kept: Collection[str] = ()


@dataclass(frozen=True, kw_only=True)
class Account:
    """The whole table; ``waiting`` counts the messages that are still waiting at the end."""

    rows: list[Row]
    waiting: int

    @property
    def balances(self) -> bool:
        """True if no input is lost, doubled or otherwise wrong."""
        return not self.waiting and not any(row.balance.violations for row in self.rows)


def balanced(
    title: str,
    ledger: Ledger,
    effects: Iterable[str],
    kept: Iterable[tuple[str, object]],
    *,
    twice: bool,
) -> Row:
    """Balance one row: if an input has both an effect and a dead letter, the effect counts.

    Args:
        title: what the inputs went through.
        ledger: what was sent.
        effects: the input of every effect that is found, as often as it is found.
        kept: the input and the payload of everything that is visible as failed.
        twice: whether an effect may be there twice.
    """
    counts, found = Counter(effects), dict(kept)
    repeated = {name for name, count in counts.items() if twice and count == 2}
    applied = [name for name, n in counts.items() for _ in range(1 if name in repeated else n)]
    balance = ledger.balance(
        effects=applied, kept=[end for end in found.items() if end[0] not in counts]
    )
    return Row(
        title=title,
        balance=balance,
        twice=repeated & balance.once,
        also_kept=found.keys() & counts.keys(),
    )
