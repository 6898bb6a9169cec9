"""Stores each event with one PutItem: the least code with botocore alone, unchecked."""

import json
import os
import uuid

import botocore.session

client = botocore.session.get_session().create_client("dynamodb")


def handler(event, context):  # type: ignore[no-untyped-def]
    user_id = str(uuid.uuid4())
    client.put_item(
        TableName=os.environ["USERS_TABLE"],
        Item={"id": {"S": user_id}, "body": {"S": event["body"]}},
    )
    return {"statusCode": 201, "headers": {}, "body": json.dumps({"id": user_id})}
