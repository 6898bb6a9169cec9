"""An event with text that must not reach a log, for the privacy tests."""

import json
from typing import Any

from local.cloud import Cloud
from tests.support import samples
from tests.support.e2e.canaries import Canaries


def event(cloud: Cloud, canaries: Canaries, label: str) -> Any:
    event = samples.event("send_email")
    del event["Records"][1:]
    [record] = event["Records"]
    record |= {"messageId": label, "messageAttributes": {}}
    record["body"] = json.dumps(
        {
            "to": f"{canaries.new(f'{label}: to')}@example.com",
            "subject": canaries.new(f"{label}: subject"),
            "body": canaries.new(f"{label}: text"),
            "type": "notification",
        }
    )
    if "SQS" in label:  # which is asked about messages that failed
        record["body"] = record["body"][:-1]
    return event
