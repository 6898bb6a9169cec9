"""Tells the benchmarks how to measure this function."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples

MAKES_ONE_CALL = True


def prepare(cloud: Cloud, event: Any, _: int) -> None:
    """Store the user that the event asks for."""
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Item=samples.user_of({"pathParameters": event[0]["arguments"]}),
    )
