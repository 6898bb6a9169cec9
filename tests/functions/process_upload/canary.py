"""An event with text that must not reach a log, for the privacy tests."""

from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("process_upload")
    del event["Records"][1:]
    event["Records"][0]["s3"]["bucket"]["name"] = cloud.outputs["s3_bucket_name"]
    event["Records"][0]["s3"]["object"]["key"] = (
        f"uploads/{canaries.new(f'{label}: file name')}.txt"
    )
    return event
