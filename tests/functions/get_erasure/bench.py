"""Tells the benchmarks how to measure this function."""

from typing import Any

from local.cloud import Cloud


def prepare(cloud: Cloud, event: Any, _: int) -> None:
    """Store the erasure that the event asks for."""
    item = {
        "id": {"S": event["pathParameters"]["id"]},
        "requested": {"N": "1"},
        "attempt": {"N": "1"},
    }
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["erasures_table_name"], Item=item)
