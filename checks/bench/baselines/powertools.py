"""Serves ``/users`` as Powertools documents: router, logger, tracer, pydantic, boto3."""

import os
import uuid
from datetime import UTC, datetime

import boto3
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response, content_types
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.logging import correlation_paths
from pydantic import BaseModel, Field, ValidationError

logger = Logger(service="users")
tracer = Tracer(service="users")
app = APIGatewayRestResolver()
table = boto3.resource("dynamodb").Table(os.environ["USERS_TABLE"])


class NewUser(BaseModel):
    name: str = Field(min_length=1, max_length=100)
    email: str = Field(max_length=254, pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$")


@app.post("/users")
@tracer.capture_method
def create():  # type: ignore[no-untyped-def]
    new = NewUser.model_validate_json(app.current_event.body)
    user = {
        "id": f"user_{uuid.uuid4()}",
        "name": new.name,
        "email": new.email,
        "created": datetime.now(UTC).isoformat(),
    }
    table.put_item(Item=user)
    logger.info("created", extra={"user_id": user["id"]})
    return {"user": user}, 201


@app.get("/users/<user_id>")
@tracer.capture_method
def read(user_id):  # type: ignore[no-untyped-def]
    user = table.get_item(Key={"id": user_id}, ConsistentRead=True).get("Item")
    if user is None:
        raise NotFoundError("no such user")
    logger.info("found", extra={"user_id": user_id})
    return {name: user[name] for name in ("id", "name", "email", "created")}


@app.exception_handler(ValidationError)
def invalid(error):  # type: ignore[no-untyped-def]
    return Response(422, content_types.APPLICATION_JSON, error.json())


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_REST)
@tracer.capture_lambda_handler
def handler(event, context):  # type: ignore[no-untyped-def]
    return app.resolve(event, context)
