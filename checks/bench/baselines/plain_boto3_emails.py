"""Serves the e-mail queue with boto3 alone: written by hand, each message once."""

import json
import logging
import os
import time
from html import escape
from string import Template

import boto3
from botocore.exceptions import ClientError

logger = logging.getLogger()
logger.setLevel(logging.INFO)
ledger = boto3.resource("dynamodb").Table(os.environ["LEDGER_TABLE"])
users = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])
ses = boto3.client("sesv2")
PAGE = Template(
    "<!doctype html><html><head><title>$subject</title></head><body>$body</body></html>"
)


def handler(event, context):  # type: ignore[no-untyped-def]
    failures = []
    for record in event["Records"]:
        try:
            serve(record)
        except Exception:
            logger.exception("failed %s", record["messageId"])
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}


def serve(record):  # type: ignore[no-untyped-def]
    message = json.loads(record["body"])
    if message["type"] not in ("welcome", "notification") or "@" not in message["to"]:
        raise ValueError("unknown type or invalid address")
    user_id = record["messageAttributes"].get("user_id", {}).get("stringValue")
    entry = f"email#{user_id or record['messageId']}"
    try:
        ledger.put_item(
            Item={"id": entry, "state": "claimed", "expires": int(time.time()) + 86_400},
            ConditionExpression="attribute_not_exists(id)",
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        logger.info("duplicate %s", record["messageId"])
        return
    send(message)
    ledger.update_item(
        Key={"id": entry},
        UpdateExpression="SET #state = :done",
        ExpressionAttributeNames={"#state": "state"},
        ExpressionAttributeValues={":done": "done"},
    )
    if user_id:
        users.update_item(
            Key={"id": user_id},
            UpdateExpression="SET welcomed = :now",
            ExpressionAttributeValues={":now": int(time.time())},
        )
    logger.info("sent %s", record["messageId"])


def send(message):  # type: ignore[no-untyped-def]
    html = PAGE.substitute(subject=escape(message["subject"]), body=escape(message["body"]))
    ses.send_email(
        FromEmailAddress=os.environ["SENDER"],
        Destination={"ToAddresses": [message["to"]]},
        Content={
            "Simple": {
                "Subject": {"Data": message["subject"]},
                "Body": {"Text": {"Data": message["body"]}, "Html": {"Data": html}},
            }
        },
        ConfigurationSetName=os.environ["CONFIGURATION_SET"],
    )
