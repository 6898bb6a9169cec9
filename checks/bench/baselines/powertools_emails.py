"""Serves the e-mail queue as Powertools documents: batch, idempotency, logger, tracer."""

import os
import time
from html import escape
from string import Template
from typing import Literal

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.idempotency import (
    DynamoDBPersistenceLayer,
    IdempotencyConfig,
    idempotent_function,
)
from pydantic import BaseModel, Field

logger = Logger(service="emails")
tracer = Tracer(service="emails")
processor = BatchProcessor(event_type=EventType.SQS)
ledger = DynamoDBPersistenceLayer(table_name=os.environ["LEDGER_TABLE"])
config = IdempotencyConfig(event_key_jmespath="messageId")
users = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])
ses = boto3.client("sesv2")
PAGE = Template(
    "<!doctype html><html><head><title>$subject</title></head><body>$body</body></html>"
)


class Message(BaseModel):
    to: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")
    subject: str = Field(min_length=1, max_length=998)
    body: str = Field(min_length=1)
    type: Literal["welcome", "notification"]


@tracer.capture_method
def serve(record: SQSRecord):  # type: ignore[no-untyped-def]
    send_once(record=record.raw_event)


@idempotent_function(data_keyword_argument="record", persistence_store=ledger, config=config)
def send_once(record):  # type: ignore[no-untyped-def]
    message = Message.model_validate_json(record["body"])
    html = PAGE.substitute(subject=escape(message.subject), body=escape(message.body))
    ses.send_email(
        FromEmailAddress=os.environ["SENDER"],
        Destination={"ToAddresses": [message.to]},
        Content={
            "Simple": {
                "Subject": {"Data": message.subject},
                "Body": {"Text": {"Data": message.body}, "Html": {"Data": html}},
            }
        },
        ConfigurationSetName=os.environ["CONFIGURATION_SET"],
    )
    if user := record["messageAttributes"].get("user_id"):
        users.update_item(
            Key={"id": user["stringValue"]},
            UpdateExpression="SET welcomed = :now",
            ExpressionAttributeValues={":now": int(time.time())},
        )
    logger.info("sent", extra={"message_id": record["messageId"]})


@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event, context):  # type: ignore[no-untyped-def]
    config.register_lambda_context(context)
    return process_partial_response(
        event=event, record_handler=serve, processor=processor, context=context
    )
