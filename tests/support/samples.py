"""Sample events and files: each function's stand with its tests."""

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
FUNCTIONS = ROOT / "tests" / "functions"
PICTURE = FUNCTIONS / "process_upload" / "picture.jpg"


def event(function: str, variant: str = "") -> dict[str, Any]:
    """Return a fresh copy of a function's sample event.

    Args:
        function: the function's folder, such as ``create_user``.
        variant: which of its further samples, such as ``idempotent``.
    """
    name = f"event_{variant}.json" if variant else "event.json"
    loaded: dict[str, Any] = json.loads((FUNCTIONS / function / name).read_text())
    return loaded


def request(**members: Any) -> dict[str, Any]:
    """Return a request to no operation in particular, as API Gateway sends it; with these members.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html
    """
    return {
        "resource": "/things",
        "path": "/things",
        "httpMethod": "POST",
        "headers": {"Content-Type": "application/json", "User-Agent": "curl/8.11.1"},
        "multiValueHeaders": {"Content-Type": ["application/json"], "User-Agent": ["curl/8.11.1"]},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": "/things",
            "httpMethod": "POST",
            "requestId": "3f0c6d1e-5f0b-4f2a-9a51-1d6a5a1f0c11",
            "identity": {"sourceIp": "203.0.113.7", "userAgent": "curl/8.11.1"},
        },
        "body": "{}",
        "isBase64Encoded": False,
        **members,
    }


def of_caller(
    request: dict[str, Any], *, claims: dict[str, str] | None = None, key_id: str | None = None
) -> dict[str, Any]:
    """Return the request with the claims of a token, the id of an API key, or neither."""
    if claims is not None:
        request["requestContext"]["authorizer"] = {"claims": claims}
    if key_id is not None:
        request["requestContext"]["identity"] |= {"apiKeyId": key_id, "apiKey": "secret"}
    return request


def user_of(event: dict[str, Any]) -> dict[str, Any]:
    """Return the item of the user that a request's path names."""
    return {
        "id": {"S": event["pathParameters"]["id"]},
        "name": {"S": "Ada Lovelace"},
        "email": {"S": "ada@example.com"},
        "created": {"S": "2026-11-23T03:28:47Z"},
    }


def erasure_item(id_: str) -> dict[str, Any]:
    """Return the item of an erasure that was just requested."""
    return {"id": {"S": id_}, "requested": {"N": "1"}, "attempt": {"N": "1"}}
