"""Reads how far behind the consumers of streams are, from the emulator's memory (ministack 1.5.33).

It has no API for that: AWS reports it as the metric ``IteratorAge``.
"""

import time

from ministack.services import dynamodb, lambda_svc  # type: ignore[import-untyped]
from msgspec import Struct

from local.server.console.settings import Settings


class Lag(Struct):
    """One consumer of a stream: what waits for it, in records, and the oldest one's age."""

    table: str
    function: str
    waiting: int
    age: float
    result: str

    @property
    def failing(self) -> bool:
        """True if its last batch failed: it gets the same batch again."""
        return self.result == "FAILED"


def lags(settings: Settings) -> list[Lag]:
    """Return the lag of each mapping of a table's stream."""
    found = []
    for account, region, mapping in lambda_svc._iter_all_esms():
        arn = mapping.get("EventSourceArn", "")
        if ":dynamodb:" not in arn:
            continue
        table = arn.partition("/stream/")[0].rpartition("/")[2]
        where = {"account_id": account, "region": region}
        position = lambda_svc._dynamodb_stream_positions.get_scoped(
            account, region, mapping["UUID"], 0
        )
        waiting = max(0, dynamodb.stream_end_position(table, **where) - position)
        oldest = dynamodb.stream_records_since(table, position, 1, **where) if waiting else []
        written = [
            float(record.get("dynamodb", {}).get("ApproximateCreationDateTime", time.time()))
            for record in oldest
        ]
        found.append(
            Lag(
                settings.name(table),
                settings.name(str(mapping.get("FunctionName", ""))),
                waiting,
                max(0.0, time.time() - written[0]) if written else 0.0,
                str(mapping.get("LastProcessingResult", "")),
            )
        )
    return found
