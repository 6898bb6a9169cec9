"""Tells the benchmarks how to measure this function, and with what to compare it."""

import json
from typing import Any

from checks.bench.functions import Work, sample_event
from handlers.domain.user import User
from handlers.domain.user_items import user_item
from handlers.runtime.clock import day
from local.cloud import Cloud

_EPOCH = 1_790_000_000

MAKES_ONE_CALL = True


def prepare(cloud: Cloud, event: Any, _: int) -> None:
    """Store the user that the event asks for."""
    user = User(event["pathParameters"]["id"], "Ada Lovelace", "ada@example.com", day(_EPOCH))
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"], Item=user_item(user, _EPOCH)
    )


def is_found(answer: Any) -> bool:
    """Return True if an answer holds the user."""
    return bool(
        answer["statusCode"] == 200 and json.loads(answer["body"])["name"] == "Ada Lovelace"
    )


WORK = Work(
    group="own time of GET /users/{id}",
    baselines={
        "plain boto3": "baselines.plain_boto3.handler",
        "boto3+pydantic+Powertools": "baselines.powertools.handler",
    },
    event=sample_event("get_user"),
    is_done=is_found,
    calls=1,
    goal=50,
    count=500,
)
