"""Reads the ledger and the figures of a local cloud, to compare them."""

from collections import Counter
from collections.abc import Iterator

from handlers.domain.activity_event import FIGURES, event_of
from local.cloud import Cloud


def entries(cloud: Cloud) -> Counter[str]:
    """Count the ledger's entries by day and figure, such as ``2026-11-22 created``."""
    events = (event_of(item) for item in _items(cloud, "ledger_table_name") if _is_valid(item))
    return Counter(f"{event.day} {event.figure}" for event in events if event)


def figures(cloud: Cloud) -> Counter[str]:
    """Return the figures likewise."""
    return +Counter(
        {
            f"{item['day']['S']} {figure}": int(item[figure]["N"])
            for item in _items(cloud, "activity_table_name")
            if item["id"]["S"] == "figures"
            for figure in FIGURES
            if figure in item
        }
    )


def _is_valid(item: dict[str, dict[str, str]]) -> bool:
    """Leave out work in progress, and what tests put there."""
    return {"day", "kind", "outcome"} <= item.keys()


def _items(cloud: Cloud, output: str) -> Iterator[dict[str, dict[str, str]]]:
    pages = cloud.client("dynamodb").get_paginator("scan")
    for page in pages.paginate(TableName=cloud.outputs[output], ConsistentRead=True):
        yield from page["Items"]
