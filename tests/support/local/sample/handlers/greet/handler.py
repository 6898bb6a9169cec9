import logging
import os
import sys
from pathlib import Path

import botocore.session

from handlers.runtime.words import greet

logger = logging.getLogger("app")


def handler(event, context):
    session = botocore.session.get_session()
    for number in range(event.get("lines", 0)):
        logger.info("line %d of a log that is too long for an answer", number)
    if event.get("fail") or event.get("body") == "fail":
        raise ValueError("asked to fail")
    if event.get("import"):
        __import__(event["import"])
    if event.get("read_other_table"):
        session.create_client("dynamodb").get_item(
            TableName=event["read_other_table"], Key={"id": {"S": "1"}}
        )
    if event.get("send_batch"):
        session.create_client("sqs").send_message_batch(
            QueueUrl=os.environ["QUEUE_URL"], Entries=[{"Id": "1", "MessageBody": "m"}]
        )
    sys.stdout.write("printed\n")
    logger.info("greeted", extra={"outcome": "greeted", "count": 1})
    logger.debug("not shown")
    name = Path(__file__).with_name("name.txt").read_text().strip()
    return {
        "text": greet(os.environ["WORD"], name),
        "request": context.aws_request_id,
        "environment": sorted(os.environ),
        "home": os.environ["HOME"],
    }
