"""A cloud whose e-mails go by SendGrid: its settings, and what is sent."""

import json
from typing import Any

from local.cloud import Cloud
from local.mail import sent
from tests.support.e2e.system import address

EMAIL = {"sender": "no-reply@example.com", "batchWindowSeconds": 0, "provider": "sendgrid"}


def mails(cloud: Cloud, to: str) -> list[dict[str, Any]]:
    return [mail for mail in sent(cloud.aws) if mail["To"] == [to]]


def notify(cloud: Cloud) -> str:
    """Queue an e-mail; return its address."""
    to = address()
    body = {"to": to, "subject": "News", "body": "One <b>line</b>", "type": "notification"}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody=json.dumps(body)
    )
    return to
