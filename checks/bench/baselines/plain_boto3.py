"""Serves ``/users`` with boto3 alone: written by hand, with a table resource."""

import json
import logging
import os
import uuid
from datetime import UTC, datetime

import boto3

logger = logging.getLogger()
logger.setLevel(logging.INFO)
table = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])


def handler(event, context):  # type: ignore[no-untyped-def]
    if event["httpMethod"] == "GET":
        return read(event)
    return create(event)


def create(event):  # type: ignore[no-untyped-def]
    try:
        body = json.loads(event["body"])
        name, email = body["name"].strip(), body["email"].strip().lower()
    except (KeyError, TypeError, ValueError, AttributeError):
        return respond(400, {"error": "name and email are needed"})
    if not name or "@" not in email:
        return respond(400, {"error": "name or email is invalid"})
    user = {
        "id": f"user_{uuid.uuid4()}",
        "name": name,
        "email": email,
        "created": datetime.now(UTC).isoformat(),
    }
    table.put_item(Item=user)
    logger.info("created %s", user["id"])
    return respond(201, {"user": user})


def read(event):  # type: ignore[no-untyped-def]
    user_id = event["pathParameters"]["id"]
    user = table.get_item(Key={"id": user_id}, ConsistentRead=True).get("Item")
    if user is None:
        return respond(404, {"error": "no such user"})
    logger.info("found %s", user_id)
    return respond(200, {name: user[name] for name in ("id", "name", "email", "created")})


def respond(status, body):  # type: ignore[no-untyped-def]
    return {
        "statusCode": status,
        "headers": {"Content-Type": "application/json"},
        "body": json.dumps(body),
    }
