"""What runs by the clock."""

import json
import time
from typing import Any

from system import keys, log_records, until

from local.cloud import Cloud

CLEANUP_LOG = "/aws/lambda/serverless-app-local-cleanup-expired"


def _invoke(cloud: Cloud, function: str, event: dict[str, Any]) -> Any:
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.functions[function].name,
        Qualifier="live",
        Payload=json.dumps(event).encode(),
    )
    payload = json.load(answer["Payload"])
    assert "FunctionError" not in answer, payload
    return payload


def test_the_report_is_written_once(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    written = _invoke(cloud, "daily-report", {})["written"]
    assert len(written) == 1
    day = written[0]
    assert sorted(keys(s3, bucket, f"reports/{day}")) == [
        f"reports/{day}.html",
        f"reports/{day}.json",
    ]
    report = json.load(s3.get_object(Bucket=bucket, Key=f"reports/{day}.json")["Body"])
    assert report["day"] == day
    before = s3.head_object(Bucket=bucket, Key=f"reports/{day}.html")["LastModified"]
    assert _invoke(cloud, "daily-report", {})["written"] == []
    assert s3.head_object(Bucket=bucket, Key=f"reports/{day}.html")["LastModified"] == before


def test_what_expired_is_deleted(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.outputs["ledger_table_name"]
    now = int(time.time())
    for name, expires in (("old", now - 60), ("new", now + 600)):
        dynamodb.put_item(
            TableName=table,
            Item={
                "id": {"S": f"test#{name}"},
                "expires": {"N": str(expires)},
                "expires_day": {"S": time.strftime("%Y-%m-%d", time.gmtime(expires))},
            },
        )
    _invoke(cloud, "cleanup-expired", {})
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "test#old"}})
    assert "Item" in dynamodb.get_item(TableName=table, Key={"id": {"S": "test#new"}})


def test_a_user_whom_nobody_welcomed_is_welcomed_later(cloud: Cloud) -> None:
    user_id, email = "user_01BX5ZZKBKACTAV9WEVGEMMVRZ", "late@example.com"
    # As left behind by a stream that was down for more than its 24 hours. An update, and no
    # insert of this shape, reaches nobody through the stream.
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Item={"id": {"S": f"x{user_id}"}, "name": {"S": "Late"}},
    )
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Key={"id": {"S": f"x{user_id}"}},
        UpdateExpression="SET email = :e, welcome = :p, welcome_due = :d, welcome_attempts = :a",
        ExpressionAttributeValues={
            ":e": {"S": email},
            ":p": {"S": "pending"},
            ":d": {"N": str(int(time.time()) - 10)},
            ":a": {"N": "0"},
        },
    )
    _invoke(cloud, "cleanup-expired", {})
    item = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": f"x{user_id}"}}
    )["Item"]
    assert item["welcome_attempts"]["N"] == "1"


def test_the_schedule_invokes_the_function(cloud: Cloud) -> None:
    logs = cloud.client("logs")

    def runs() -> int:
        return sum(r.get("outcome") == "expired_deleted" for r in log_records(logs, CLEANUP_LOG))

    by_hand = 2  # by the tests of this module, at most
    until(lambda: runs() > by_hand, seconds=60)
