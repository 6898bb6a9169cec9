"""Tells a soak whether the figures are those of the ledger."""

from collections import Counter

from checks.chaos.reconciliation import Ledger
from checks.chaos.soak.table import Row, balanced
from local.cloud import Cloud
from tests.functions.count_activity.stored import entries, figures

TITLE = "figures by day"


def row(cloud: Cloud) -> Row:
    """Compare the ledger's entries with what was counted: one more of a figure is unasked."""
    ledger = Ledger()
    for name in _numbered(entries(cloud)):
        ledger.send(name)
    return balanced(TITLE, ledger, _numbered(figures(cloud)), (), twice=False)


def _numbered(counts: Counter[str]) -> list[str]:
    return [f"{name} {number}" for name, count in counts.items() for number in range(count)]
