"""Tells the benchmarks how to measure this function, and with what to compare it."""

import json
from typing import Any

from checks.bench.functions import Work, sample_event
from local.cloud import Cloud

COLD_BASELINES = {
    "bare_botocore": "bare botocore",
    "plain_boto3": "plain boto3",
    "powertools": "boto3+pydantic+Powertools",
}
"""Modules of ``checks/bench/baselines/`` that do the same, by label."""

MAKES_ONE_CALL = True


def prepare(_: Cloud, event: Any, number: int) -> None:
    """Change the event to one of a new user."""
    event["body"] = json.dumps({"name": "Ada Lovelace", "email": f"ada{number}@example.com"})


def is_created(answer: Any) -> bool:
    """Return True if an answer is that of a user who was created."""
    return bool(
        answer["statusCode"] == 201 and json.loads(answer["body"])["user"]["name"] == "Ada Lovelace"
    )


WORK = Work(
    group="own time of POST /users",
    baselines={
        "plain boto3": "baselines.plain_boto3.handler",
        "boto3+pydantic+Powertools": "baselines.powertools.handler",
    },
    event=sample_event("create_user"),
    is_done=is_created,
    calls=1,
    goal=100,
    count=500,
)
