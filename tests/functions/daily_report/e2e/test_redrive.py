"""Dead letters of reports, from the fault to the mended system."""

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from local.cloud import Cloud
from tests.support.e2e.redriving import Redrive, fail, messages_of, purge, redrive, url_of
from tests.support.e2e.system import broken, keys

__all__ = ["redrive"]

DAYS = (40, 41)
"""Days ago whose reports these tests write; no other test has."""


@pytest.fixture(autouse=True)
def no_letters(cloud: Cloud) -> Iterator[None]:
    """Begin without what other tests have left, and leave nothing to them: they share the cloud."""
    purge(cloud)
    yield
    purge(cloud)
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    for ago in DAYS:
        for key in keys(s3, bucket, f"reports/{_day(ago)}"):
            s3.delete_object(Bucket=bucket, Key=key)


def _day(ago: int) -> str:
    return (datetime.now(UTC) - timedelta(days=ago)).date().isoformat()


def test_an_event_is_processed_when_its_function_is_mended(cloud: Cloud, redrive: Redrive) -> None:
    day = _day(DAYS[0])
    with broken(cloud, "daily-report"):
        letter = fail(cloud, "daily-report", {"day": day})
        code, said = redrive("daily-report-failures")
        assert code == 1
        assert "0 processed, 1 kept" in said
        assert "failed again" in said
    assert [m["MessageId"] for m in messages_of(cloud, "daily-report-failures")] == [
        letter["MessageId"]
    ]
    code, said = redrive("daily-report-failures")
    assert code == 0
    assert "1 processed, 0 kept" in said
    assert messages_of(cloud, "daily-report-failures") == []
    written = keys(cloud.client("s3"), cloud.outputs["s3_bucket_name"], f"reports/{day}")
    assert f"reports/{day}.json" in written


def test_an_event_that_always_fails_is_kept(cloud: Cloud, redrive: Redrive) -> None:
    event = {"day": f"canary {uuid.uuid4()}"}
    letter = fail(cloud, "daily-report", event)
    for _ in range(2):  # given back at once, each time
        code, said = redrive("daily-report-failures")
        assert code == 1
        assert f"{letter['MessageId']}" in said
        assert "1 kept: failed again" in said
        assert "canary" not in said
    (kept,) = messages_of(cloud, "daily-report-failures")
    assert json.loads(kept["Body"])["requestPayload"] == event


def test_what_a_schedule_could_not_deliver_is_processed(cloud: Cloud, redrive: Redrive) -> None:
    """Send the dead letter as AWS documents it; the emulator's schedules have no such queues."""
    day = _day(DAYS[1])
    request = {"FunctionName": "f", "InvocationType": "Event", "Payload": json.dumps({"day": day})}
    texts = {"SCHEDULE_ARN": "arn:aws:scheduler:::schedule/default/report", "ERROR_CODE": "Denied"}
    cloud.client("sqs").send_message(
        QueueUrl=url_of(cloud, "daily-report-failures"),
        MessageBody=json.dumps(request),
        MessageAttributes={k: {"DataType": "String", "StringValue": v} for k, v in texts.items()},
    )
    code, said = redrive("daily-report-failures")
    assert code == 0, said
    assert "a schedule could not deliver: Denied" in said
    written = keys(cloud.client("s3"), cloud.outputs["s3_bucket_name"], f"reports/{day}")
    assert f"reports/{day}.json" in written
