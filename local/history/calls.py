"""Reads a call to AWS from its HTTP request and answer."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import parse_qs, unquote

import msgspec

from local.history import forms, grants, hints, payload
from local.history.facts import Exchange
from local.history.program import Program
from local.sendgrid import SEND
from ops.events.model import Call, Denied

_ERROR = 400
_NAMED = ("dynamodb", "sqs", "s3")
"""Services whose resources are named by variables."""

_SCOPE = re.compile(r"Credential=[^/]+/[^/]+/[^/]+/([^/]+)/aws4_request")
_XML_CODE = re.compile(rb"<Code>([^<]+)</Code>")
_TARGETS = {"dynamodb": "dynamodb", "amazonsqs": "sqs"}
_INVOKE = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_PLAIN_S3 = {"GET": "GetObject", "HEAD": "HeadObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_OF_BUCKET = {"GET": "ListObjectsV2", "HEAD": "HeadBucket", "POST": "DeleteObjects"}


def call_of(
    exchange: Exchange,
    program: Program,
    function: str = "",
    variables: Mapping[str, str] = MappingProxyType({}),
) -> Call:
    """Return the call that an HTTP exchange stands for.

    Args:
        exchange: the request and its answer.
        program: the deployed program.
        function: the function that called, by its name in the program.
        variables: those of the function's environment.
    """
    origin = exchange.origin
    service, operation = name_of(exchange)
    content_type = exchange.headers.get("content-type", "")
    form = forms.fields(exchange.body, content_type) if operation == "PostObject" else {}
    sent = (
        forms.shown(form, exchange.size)
        if form
        else payload.of_body(exchange.body, exchange.size, content_type)
    )
    named = list(dict.fromkeys(_resources(service, exchange, form)))
    error = _error(exchange)
    hint = None
    if error and "Conditional" not in error and service in _NAMED:
        hint = hints.explain(
            [name.partition("/")[0] for name in named],
            denied=origin.denied is not None,
            function=function,
            variables=variables,
            program=program,
        )
    got = exchange.answer_headers.get("content-type", "")
    return Call(
        id=origin.key,
        time=origin.time,
        duration_ms=round((exchange.ended - origin.time) * 1000, 2),
        service=service,
        operation=operation,
        resource=", ".join(_in_program(name, program) for name in named) or None,
        status=exchange.status,
        error=error,
        denied=_denied(origin.denied, program, function, variables) if origin.denied else None,
        hint=hint,
        input=sent,
        answer=payload.of_body(b"", 0, got)
        if operation == "GetSecretValue"  # secrets are not kept in the history
        else payload.of_body(exchange.answer, exchange.answer_size, got),
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
    if exchange.path == SEND:
        return "sendgrid", "mail/send"
    scope = _SCOPE.search(exchange.headers.get("authorization", "") or unquote(exchange.query))
    service = scope[1] if scope else "s3"
    return service, _s3(exchange) if service == "s3" else f"{exchange.method} {exchange.path}"


def signature_of(exchange: Exchange) -> str | None:
    """Return the signature of the URL or the form by which a file is sent; None if it has none."""
    form = forms.fields(exchange.body, exchange.headers.get("content-type", ""))
    found = forms.signatures(exchange.query.encode(errors="replace"))
    return form.get("x-amz-signature") or next(iter(found), None)


def key_of(exchange: Exchange) -> str:
    """Return the key of an object of S3; empty for a bucket."""
    return unquote(exchange.path).lstrip("/").partition("/")[2]


def is_put(call: Call, folder: str) -> bool:
    """Return True if a call stored a file in a folder of a bucket, such as ``rejected/``."""
    stores = call.operation in ("PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload")
    inside = (call.resource or "").partition("/")[2]
    return call.service == "s3" and stores and call.status < _ERROR and inside.startswith(folder)


def _s3(exchange: Exchange) -> str:
    query = parse_qs(exchange.query, keep_blank_values=True)
    method = exchange.method
    if not key_of(exchange):
        if method == "POST" and forms.is_form(exchange.headers.get("content-type", "")):
            return "PostObject"
        return _OF_BUCKET.get(method, f"{method} bucket")
    if "uploadId" in query:
        several = {"PUT": "UploadPart", "POST": "CompleteMultipartUpload"}
        return several.get(method, "AbortMultipartUpload")
    if "uploads" in query:
        return "CreateMultipartUpload"
    copies = method == "PUT" and "x-amz-copy-source" in exchange.headers
    return "CopyObject" if copies else _PLAIN_S3.get(method, f"{method} object")


def _resources(service: str, exchange: Exchange, form: Mapping[str, str]) -> Iterator[str]:
    """Yield the physical names of what a call is about; of a file, with its key."""
    if service == "s3":
        path = unquote(exchange.path).lstrip("/")
        yield f"{path.rstrip('/')}/{form['key']}" if "key" in form else path
    elif service == "lambda":
        function = _INVOKE.match(exchange.path)
        yield unquote(function[1]) if function else exchange.path
    else:
        yield from _named(_parsed(exchange.body))


def _in_program(physical: str, program: Program) -> str:
    name, slash, inside = physical.partition("/")
    return f"{program.name(name)}{slash}{inside}"


def _named(value: Any) -> Iterator[str]:
    """Yield the tables, the queue or the recipients that a request names."""
    match value:
        case {"TableName": str(table)}:
            yield table
        case {"QueueUrl": str(url)}:
            yield url.rpartition("/")[2]
        case {"Destination": {"ToAddresses": list(recipients)}}:
            yield from map(str, recipients)
        case {"personalizations": [{"to": list(recipients)}, *_]}:
            yield from (str(each.get("email")) for each in recipients if isinstance(each, dict))
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


def _denied(
    denied: tuple[str, str], program: Program, function: str, variables: Mapping[str, str]
) -> Denied:
    action, arn = denied
    name, path = grants.parts(arn, program)
    resource = f"{name}/{path}" if path else name
    return Denied(action, resource, grants.allowing(action, arn, program, function, variables))


def _parsed(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
