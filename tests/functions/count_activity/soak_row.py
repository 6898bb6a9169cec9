"""Tells a soak whether the figures are those of the ledger."""

from collections import Counter
from collections.abc import Iterator

from checks.chaos.reconciliation import Ledger
from checks.chaos.soak.table import Row, balanced
from handlers.domain.activity_event import FIGURES, event_of
from local.cloud import Cloud

TITLE = "figures by day"


def row(cloud: Cloud) -> Row:
    """Compare the ledger's entries with what was counted: one more of a figure is unasked."""
    entries, figures = Counter(_entries(cloud)), Counter(_figures(cloud))
    ledger = Ledger()
    for name in _numbered(entries):
        ledger.send(name)
    return balanced(TITLE, ledger, _numbered(figures), (), twice=False)


def _numbered(counts: Counter[str]) -> list[str]:
    return [f"{name} {number}" for name, count in counts.items() for number in range(count)]


def _entries(cloud: Cloud) -> Iterator[str]:
    for item in _items(cloud, "ledger_table_name"):
        if "day" in item and (event := event_of(item)):
            yield f"{event.day} {event.figure}"


def _figures(cloud: Cloud) -> Iterator[str]:
    for item in _items(cloud, "activity_table_name"):
        for figure in FIGURES if item["id"]["S"] == "figures" else ():
            for _ in range(int(item.get(figure, {"N": "0"})["N"])):
                yield f"{item['day']['S']} {figure}"


def _items(cloud: Cloud, output: str) -> Iterator[dict[str, dict[str, str]]]:
    pages = cloud.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=cloud.outputs[output], ConsistentRead=True):
        yield from page["Items"]
