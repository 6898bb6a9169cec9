"""Lets time pass for what the system remembers, as if its clock had jumped.

Functions compare times that they stored with the time that it is. Moving the stored ones back is,
to them, the same as moving the clock on, and needs no hold on the clock of a process.
"""

from collections.abc import Sequence
from typing import Any


def jump(dynamodb: Any, table: str, *, seconds: int, attributes: Sequence[str]) -> None:
    """Move times of every item of a table into the past.

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
