"""Tells the benchmarks how to measure this function."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples

LIMITS = {"modules": 395}  # the use case is in modules of its own, which REST shares


def prepare(cloud: Cloud, event: Any, _: int) -> None:
    """Store the user whose uploads the event asks for."""
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Item=samples.user_of({"pathParameters": {"id": event[0]["arguments"]["user"]}}),
    )
