"""Tells the benchmarks how to measure this function, and with what to compare it."""

from typing import Any

from checks.bench.functions import Work, sample_event
from local.cloud import Cloud

BATCH_SIZE = 10


def prepare(_: Cloud, event: Any, number: int) -> None:
    """Leave one message, which welcomes no user: three calls."""
    event["Records"] = [record for record in event["Records"] if not record["messageAttributes"]]
    for record in event["Records"]:
        record["messageId"] = f"bench-{number}"


def batch() -> Any:
    """Return a batch of e-mails, alternately welcomes and notifications, all different."""
    records = sample_event("send_email")["Records"]
    return {
        "Records": [
            {**records[number % len(records)], "messageId": f"message-{number}"}
            for number in range(BATCH_SIZE)
        ]
    }


def is_sent(answer: Any) -> bool:
    """Return True if an answer says that every e-mail was sent."""
    return bool(answer == {"batchItemFailures": []})


WORK = Work(
    group=f"own time of {BATCH_SIZE} e-mails from SQS",
    baselines={
        "plain boto3": "baselines.plain_boto3_emails.handler",
        "boto3+pydantic+Powertools": "baselines.powertools_emails.handler",
    },
    event=batch(),
    is_done=is_sent,
    calls=3 * BATCH_SIZE,  # claimed, sent, completed
    goal=300,
    count=50,
)
