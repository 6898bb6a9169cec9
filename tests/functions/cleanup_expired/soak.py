"""Tells a soak how to run this function, and what it must have deleted or queued."""

import time
from collections import Counter
from collections.abc import Iterable
from typing import Any

from checks.chaos.clock import jump
from local.cloud import Cloud

TWICE = False

_PREFIX = "soak#"
_TIME_LAPSE_SECONDS = 25 * 3600  # longer than the sweep waits between two tries


def prepare(cloud: Cloud, number: int, _: int) -> tuple[dict[str, Any], str]:
    """Put an expired entry into the ledger; return an empty event and the entry's number."""
    expired = int(time.time()) - 60
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["ledger_table_name"],
        Item={
            "id": {"S": f"{_PREFIX}{number}"},
            "expires": {"N": str(expired)},
            "expires_day": {"S": time.strftime("%Y-%m-%d", time.gmtime(expired))},
        },
    )
    return {}, str(number)


def effects(cloud: Cloud, details: Iterable[str]) -> Counter[str]:
    """Count the entries that were deleted."""
    pages = (
        cloud.client("dynamodb")
        .get_paginator("scan")
        .paginate(
            TableName=cloud.outputs["ledger_table_name"],
            FilterExpression="begins_with(id, :soak)",
            ExpressionAttributeValues={":soak": {"S": _PREFIX}},
        )
    )
    left = {item["id"]["S"].removeprefix(_PREFIX) for page in pages for item in page["Items"]}
    return Counter(detail for detail in details if detail not in left)


def pending(cloud: Cloud) -> int:
    """Count the users who were not welcomed yet."""
    pages = (
        cloud.client("dynamodb")
        .get_paginator("query")
        .paginate(
            TableName=cloud.outputs["dynamodb_table_name"],
            IndexName="welcome-pending",
            KeyConditionExpression="welcome = :pending",
            ExpressionAttributeValues={":pending": {"S": "pending"}},
            Select="COUNT",
        )
    )
    return sum(page["Count"] for page in pages)


def pass_time(cloud: Cloud) -> None:
    """Make every pending user due, and run the hourly sweep."""
    table = cloud.outputs["dynamodb_table_name"]
    jump(cloud.client("dynamodb"), table, seconds=_TIME_LAPSE_SECONDS, attributes=["welcome_due"])
    ref = cloud.functions["cleanup-expired"]
    cloud.client("lambda").invoke(FunctionName=ref.name, Qualifier=ref.qualifier, Payload=b"{}")
