"""The gateway's own errors, in the API's format."""

from collections.abc import Sequence
from typing import Any, TypedDict

import pulumi
import pulumi_aws as aws

from infra.json_text import json_text
from infra.triggers.http.model import JsonObject
from infra.triggers.http.part import Part, part

# Response type -> status, message. Fixed messages, without details of the request or of AWS.
# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
GATEWAY_ERRORS: dict[str, tuple[int | None, str]] = {
    "DEFAULT_4XX": (None, "Request refused"),
    "DEFAULT_5XX": (None, "Internal error"),
    "ACCESS_DENIED": (403, "Access denied"),
    "API_CONFIGURATION_ERROR": (500, "Internal error"),
    "BAD_REQUEST_BODY": (400, "Invalid request body"),
    "BAD_REQUEST_PARAMETERS": (400, "Invalid request parameters"),
    "EXPIRED_TOKEN": (401, "Missing, invalid or expired token, or without the scope"),
    "INTEGRATION_FAILURE": (504, "Service unavailable, try again"),
    "INTEGRATION_TIMEOUT": (504, "Service took too long, try again"),
    "INVALID_API_KEY": (403, "Invalid or missing API key"),
    # AWS's name for a path or method that the API does not have.
    "MISSING_AUTHENTICATION_TOKEN": (404, "Not found"),
    "QUOTA_EXCEEDED": (429, "Quota exceeded"),
    "REQUEST_TOO_LARGE": (413, "Request body too large"),
    "RESOURCE_NOT_FOUND": (404, "Not found"),
    "THROTTLED": (429, "Too many requests, try again"),
    # One message for all four, so that token probing learns nothing.
    "UNAUTHORIZED": (401, "Missing, invalid or expired token, or without the scope"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "Unsupported media type; send application/json"),
    "WAF_FILTERED": (403, "Request refused by the firewall"),
}

# The scheme to authenticate by: https://www.rfc-editor.org/rfc/rfc6750#section-3
_CHALLENGE = {"EXPIRED_TOKEN", "UNAUTHORIZED"}
_RETRY = {"THROTTLED", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"}

# The errors that callers of an operation may get. Not 404, for unknown paths; not 415, for bodies
# of other types go to the function unchecked; not errors in the API's definition.
_BY_ANY_REQUEST = (
    "UNAUTHORIZED",
    "INVALID_API_KEY",
    "WAF_FILTERED",
    "QUOTA_EXCEEDED",
    "THROTTLED",
    "INTEGRATION_FAILURE",
    "INTEGRATION_TIMEOUT",
)
_BY_A_BODY = ("BAD_REQUEST_BODY", "REQUEST_TOO_LARGE")


class GatewayResponse(TypedDict):
    """An error response of the gateway: arguments of ``apigateway.Response``."""

    status_code: str | None
    response_templates: dict[str, str]
    response_parameters: dict[str, str]


def answers(cors_origins: Sequence[str]) -> dict[str, GatewayResponse]:
    """Return the gateway's error responses, by type.

    A browser can read them only if there is exactly one CORS origin: these responses can name only
    a fixed one.
    """
    cors = (
        {"gatewayresponse.header.Access-Control-Allow-Origin": f"'{cors_origins[0]}'"}
        if len(cors_origins) == 1
        else {}
    )
    stored = {"gatewayresponse.header.Cache-Control": "'no-store'"}
    retry = {"gatewayresponse.header.Retry-After": "'1'"}
    challenge = {"gatewayresponse.header.WWW-Authenticate": "'Bearer'"}
    return {
        kind: {
            "status_code": None if status is None else str(status),
            "response_templates": {"application/json": json_text({"error": sentence})},
            "response_parameters": cors
            | stored
            | (retry if kind in _RETRY else {})
            | (challenge if kind in _CHALLENGE else {}),
        }
        for kind, (status, sentence) in GATEWAY_ERRORS.items()
    }


def documented(operation: JsonObject) -> dict[str, Any]:
    """Return an operation's responses, and those of the gateway whose status it does not list.

    The latter are OpenAPI Response Objects with the schema ``Error``.
    """
    kinds = [*_BY_ANY_REQUEST, *(_BY_A_BODY if "requestBody" in operation else ())]
    responses: dict[str, Any] = {}
    for kind in kinds:
        status, sentence = GATEWAY_ERRORS[kind]
        response = responses.setdefault(
            str(status),
            {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
            },
        )
        response["description"] = f"{response['description']} {sentence}.".lstrip()
        if kind in _CHALLENGE:
            response["headers"] = {
                "WWW-Authenticate": {
                    "description": "The scheme to authenticate by.",
                    "schema": {"type": "string", "enum": ["Bearer"]},
                }
            }
        if kind in _RETRY:
            response["headers"] = {
                "Retry-After": {
                    "description": "Seconds to wait before the next attempt.",
                    "schema": {"type": "integer", "minimum": 0},
                }
            }
    return dict(sorted({**responses, **operation.get("responses", {})}.items()))


def gateway_responses(
    name: str,
    api: aws.apigateway.RestApi,
    cors_origins: Sequence[str],
    opts: pulumi.ResourceOptions,
) -> list[Part[aws.apigateway.Response]]:
    """Make the gateway's error responses."""
    return [
        part(
            aws.apigateway.Response,
            f"{name}-{kind.lower().replace('_', '-')}",
            aws.apigateway.ResponseArgs(rest_api_id=api.id, response_type=kind, **answer),
            opts,
        )
        for kind, answer in answers(cors_origins).items()
    ]
