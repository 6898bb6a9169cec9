"""Tells the benchmarks how to measure this function."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples


def prepare(cloud: Cloud, event: Any, _: int) -> None:
    """Store the erasure that the event goes on with."""
    item = samples.erasure_item(event["erasure"])
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["erasures_table_name"], Item=item)
