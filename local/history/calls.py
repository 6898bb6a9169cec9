"""Reads a call of AWS from its HTTP request and answer."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from local.history import grants, payload
from local.history.facts import Exchange
from local.history.program import Program
from ops.events.model import Call, Denied

_ERROR = 400
_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/aws4_request")
_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_TARGETS = {"dynamodb": "dynamodb", "amazonsqs": "sqs"}
_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_PLAIN_S3 = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_OF_BUCKET = {"GET": "ListObjectsV2", "HEAD": "HeadBucket", "POST": "DeleteObjects"}


def call_of(exchange: Exchange, program: Program) -> Call:
    """Return the call that an exchange was."""
    origin = exchange.origin
    service, operation = name_of(exchange)
    sent = payload.of_body(exchange.body, exchange.size, exchange.headers.get("content-type", ""))
    got = exchange.answer_headers.get("content-type", "")
    return Call(
        id=origin.key,
        time=origin.time,
        duration_ms=round((exchange.ended - origin.time) * 1000, 2),
        service=service,
        operation=operation,
        resource=", ".join(dict.fromkeys(_resources(service, exchange, program))) or None,
        status=exchange.status,
        error=_error(exchange),
        denied=_denied(origin.denied, program) if origin.denied else None,
        input=sent,
        answer=payload.of_body(exchange.answer, exchange.answer_size, got),
    )


def name_of(exchange: Exchange) -> tuple[str, str]:
    """Return the service, by its prefix in IAM, and the operation."""
    target, _, operation = exchange.headers.get("x-amz-target", "").rpartition(".")
    if operation:
        prefix = target.partition("_")[0].lower()
        return _TARGETS.get(prefix, prefix), operation
    if _INVOKE.match(exchange.path):
        return "lambda", "Invoke"
    if "/@connections/" in exchange.path:
        return "execute-api", "PostToConnection"
    if exchange.path == "/v2/email/outbound-emails":
        return "ses", "SendEmail"
    scope = _SCOPE.search(exchange.headers.get("authorization", "") or unquote(exchange.query))
    service = scope[1] if scope else "s3"
    return service, _s3(exchange) if service == "s3" else f"{exchange.method} {exchange.path}"


def key_of(exchange: Exchange) -> str:
    """Return the key of an object of S3; empty for a bucket."""
    return unquote(exchange.path).lstrip("/").partition("/")[2]


def is_put(call: Call, folder: str) -> bool:
    """Return True if a call stored a file in a folder of a bucket, such as ``rejected/``."""
    stores = call.operation in ("PutObject", "CopyObject", "CompleteMultipartUpload")
    inside = (call.resource or "").partition("/")[2]
    return call.service == "s3" and stores and call.status < _ERROR and inside.startswith(folder)


def _s3(exchange: Exchange) -> str:
    query = parse_qs(exchange.query, keep_blank_values=True)
    method = exchange.method
    if not key_of(exchange):
        return _OF_BUCKET.get(method, f"{method} bucket")
    if "uploadId" in query:
        several = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}
        return several.get(method, "AbortMultipartUpload")
    if "uploads" in query:
        return "CreateMultipartUpload"
    copies = method == "PUT" and "x-amz-copy-source" in exchange.headers
    return "CopyObject" if copies else _PLAIN_S3.get(method, f"{method} object")


def _resources(service: str, exchange: Exchange, program: Program) -> Iterator[str]:
    if service == "s3":
        bucket, slash, key = unquote(exchange.path).lstrip("/").partition("/")
        yield f"{program.name(bucket)}{slash}{key}"
    elif service == "lambda":
        function = _INVOKE.match(exchange.path)
        yield program.name(unquote(function[1])) if function else exchange.path
    else:
        found = dict.fromkeys(_named(_parsed(exchange.body)))
        yield from (program.name(name) for name in found)


def _named(value: Any) -> Iterator[str]:
    """Yield the tables, the queue or the recipients that a request names."""
    match value:
        case {"TableName": str(table)}:
            yield table
        case {"QueueUrl": str(url)}:
            yield url.rpartition("/")[2]
        case {"Destination": {"ToAddresses": list(recipients)}}:
            yield from map(str, recipients)
        case {"TransactItems": list(items)}:
            for item in items:
                for action in item.values() if isinstance(item, dict) else ():
                    yield from _named(action)
        case {"RequestItems": dict(tables)}:
            yield from tables


def _error(exchange: Exchange) -> str | None:
    if exchange.status < _ERROR:
        return None
    parsed = _parsed(exchange.answer)
    named = parsed.get("__type") if isinstance(parsed, dict) else None
    code = named or exchange.answer_headers.get("x-amzn-errortype")
    if not code and (found := _XML_CODE.search(exchange.answer)):
        code = found[1].decode(errors="replace")
    return str(code).rpartition("#")[2].split(":")[0] if code else f"HTTP {exchange.status}"


def _denied(denied: tuple[str, str], program: Program) -> Denied:
    action, arn = denied
    name, path = grants.parts(arn, program)
    resource = f"{name}/{path}" if path else name
    return Denied(action, resource, grants.allowing(action, arn, program))


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
