"""Simulates a jump of the clock by changing the times that the system has stored.

Functions compare stored times with the current time. Moving stored times back has the same effect
as moving the clock forward, and does not change the clock of any process.
"""

from collections.abc import Sequence
from typing import Any


def jump(dynamodb: Any, table: str, *, seconds: int, attributes: Sequence[str]) -> None:
    """Move the times in every item of a table into the past.

    Args:
        dynamodb: a client.
        table: its name.
        seconds: how far the clock jumps.
        attributes: numbers of epoch seconds, such as ``lease``; items may lack them.
    """
    names = {f"#time{position}": name for position, name in enumerate(attributes)}
    pages = dynamodb.get_paginator("scan").paginate(
        TableName=table,
        ConsistentRead=True,
        FilterExpression=" OR ".join(f"attribute_exists({name})" for name in names),
        ExpressionAttributeNames=names,
    )
    for item in (item for page in pages for item in page["Items"]):
        for attribute in item.keys() & set(attributes):
            try:
                dynamodb.update_item(
                    TableName=table,
                    Key={"id": item["id"]},
                    UpdateExpression="SET #time = #time - :seconds",
                    ConditionExpression="attribute_exists(#time)",
                    ExpressionAttributeNames={"#time": attribute},
                    ExpressionAttributeValues={":seconds": {"N": str(seconds)}},
                )
            except dynamodb.exceptions.ConditionalCheckFailedException:
                continue  # the system has removed it since
