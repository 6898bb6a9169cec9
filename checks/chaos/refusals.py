"""Makes the responses of AWS services that refuse a call, as their clients know them.

A client acts on status and code, and each protocol has the code in a different place. See
https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html,
https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html,
https://docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html and
https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html. SendGrid's are described at
https://www.twilio.com/docs/sendgrid/api-reference/how-to-use-the-sendgrid-v3-api/errors.
"""

import json
from dataclasses import dataclass
from typing import Literal

Cause = Literal["throttle", "fail", "refuse"]

_CODES: dict[tuple[str, Cause], tuple[int, str, str]] = {
    ("dynamodb", "throttle"): (400, "ProvisionedThroughputExceededException", "Too many requests"),
    ("dynamodb", "fail"): (500, "InternalServerError", "The request could not be processed"),
    ("dynamodb", "refuse"): (400, "ValidationException", "The request is not valid"),
    ("sqs", "throttle"): (400, "RequestThrottled", "Too many requests for this queue"),
    ("sqs", "fail"): (500, "InternalFailure", "The request could not be processed"),
    ("sqs", "refuse"): (400, "InvalidMessageContents", "The message has characters not allowed"),
    ("ses", "throttle"): (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
    ("ses", "fail"): (500, "InternalServiceErrorException", "The request could not be processed"),
    ("ses", "refuse"): (400, "MessageRejected", "The message contains invalid content."),
    ("s3", "throttle"): (503, "SlowDown", "Please reduce your request rate."),
    ("s3", "fail"): (500, "InternalError", "We encountered an internal error."),
    ("s3", "refuse"): (403, "AccessDenied", "Access Denied"),
}
_OTHERS: dict[Cause, tuple[int, str, str]] = {
    "throttle": (429, "TooManyRequestsException", "Too many requests"),
    "fail": (500, "InternalFailure", "The request could not be processed"),
    "refuse": (400, "ValidationException", "The request is not valid"),
}


@dataclass(frozen=True)
class Response:
    """A response to a call; bodies and headers as they go over the wire."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


def refusal(service: str, cause: Cause) -> Response:
    """Return the response of a service that refuses a call."""
    status, code, message = _CODES.get((service, cause), _OTHERS[cause])
    if service == "sendgrid":
        return _of_sendgrid(cause, status, message)
    if service == "s3":
        xml = f"<Error><Code>{code}</Code><Message>{message}</Message></Error>"
        return Response(status, [("Content-Type", "application/xml")], xml.encode())
    body = {"message": message}
    if service in ("dynamodb", "sqs"):
        headers = [("Content-Type", "application/x-amz-json-1.0")]
        body["__type"] = f"com.amazonaws.{service}#{code}"
    else:
        headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    return Response(status, headers, json.dumps(body).encode())


def _of_sendgrid(cause: Cause, status: int, message: str) -> Response:
    """Return an answer of SendGrid; or a page, as a server in front of one that fails sends it."""
    if cause == "fail":
        page = b"<html><h1>Service Unavailable</h1></html>"
        return Response(503, [("Content-Type", "text/html")], page)
    headers = [("Content-Type", "application/json")]
    if cause == "throttle":
        headers.append(("Retry-After", "1"))
    error = {"message": message, "field": None, "help": None}
    return Response(status, headers, json.dumps({"errors": [error]}).encode())
