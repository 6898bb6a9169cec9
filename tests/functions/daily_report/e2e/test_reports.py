"""Reports in the running system."""

import json

from local.cloud import Cloud
from tests.support.e2e.system import invoke, keys, messages_in, until


def test_the_report_is_written_once(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    for key in keys(s3, bucket, "reports/"):  # the days since an earlier one would be caught up
        s3.delete_object(Bucket=bucket, Key=key)
    written = invoke(cloud, "daily-report", {})["written"]
    assert len(written) == 1
    day = written[0]
    assert sorted(keys(s3, bucket, f"reports/{day}")) == [
        f"reports/{day}.html",
        f"reports/{day}.json",
    ]
    report = json.load(s3.get_object(Bucket=bucket, Key=f"reports/{day}.json")["Body"])
    assert report["day"] == day
    before = s3.head_object(Bucket=bucket, Key=f"reports/{day}.html")["LastModified"]
    assert invoke(cloud, "daily-report", {})["written"] == []
    assert s3.head_object(Bucket=bucket, Key=f"reports/{day}.html")["LastModified"] == before


def test_an_event_that_always_fails_ends_in_the_functions_failures(cloud: Cloud) -> None:
    client, sqs = cloud.client("lambda"), cloud.client("sqs")
    name, event = cloud.functions["daily-report"].name, {"day": "not a day"}
    client.invoke(
        FunctionName=name,
        Qualifier="live",
        InvocationType="Event",
        Payload=json.dumps(event).encode(),
    )
    queue = cloud.outputs["dead_letters"]["daily-report-failures"]["url"]
    (failed,) = until(lambda: messages_in(sqs, queue))
    assert json.loads(failed["Body"])["requestPayload"] == event
