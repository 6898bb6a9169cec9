"""The endpoint of a GraphQL API: who may call it, and what a function gets and returns."""

import asyncio
import json
import re
import secrets
import time
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]
from ministack.services import appsync
from ministack.services import lambda_svc as functions

from local.server.graphql.batches import FieldError
from local.server.tap import current

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]

PATH = re.compile(r"/v1/apis/([0-9a-z]+)/graphql")
_MOST_BYTES = 1_000_000
_MALFORMED = "MalformedHttpRequestException"
_UNAUTHORIZED = "UnauthorizedException"
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType",
}
# AppSync answers every origin: credentials are in headers, which no browser sends unasked.
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-headers": "authorization,content-type,x-api-key,x-amz-user-agent",
    "access-control-allow-methods": "POST,OPTIONS",
    "access-control-max-age": "86400",
}


class _Refused(Exception):
    """A request that is not carried out: its status, and AppSync's error."""

    def __init__(self, status: int, kind: str, message: str) -> None:
        super().__init__(message)
        self.status, self.kind = status, kind


def wants(scope: Scope) -> bool:
    """Return True if a request is for a GraphQL API, which does not need an AWS signature."""
    return (
        scope["type"] == "http"
        and scope["method"] in ("POST", "OPTIONS")
        and PATH.fullmatch(scope["path"]) is not None
    )


async def serve(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request for a GraphQL API (ASGI)."""
    if scope["method"] == "OPTIONS":
        await _answer(send, 204, _PREFLIGHT, b"")
        return
    id_ = str(uuid.uuid4())
    if origin := current.get():
        origin.request = id_
    fields = {**_CORS, "content-type": "application/json;charset=UTF-8", "x-amzn-requestid": id_}
    try:
        status, answer = 200, await _answered(scope, receive)
    except _Refused as refused:
        fields["x-amzn-errortype"] = refused.kind
        status = refused.status
        answer = {"errors": [{"errorType": refused.kind, "message": str(refused)}]}
    await _answer(send, status, fields, json.dumps(answer).encode())


async def _answered(scope: Scope, receive: Receive) -> dict[str, Any]:
    # Loaded by the first request, so that `app up` does not wait for it.
    from local.server.graphql.executor import Request, Unreadable, run

    found = PATH.fullmatch(scope["path"])
    id_ = found[1] if found else ""
    if not appsync._select_api_region(id_):
        raise _Refused(404, "NotFoundException", "There is no such GraphQL API.")
    headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in scope["headers"]}
    # As AWS's edges do, for X-Ray.
    headers.setdefault("x-amzn-trace-id", f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)}")
    identity = await _identity(id_, headers)
    body = _parsed(await _body(receive))
    try:
        return await run(
            _api(id_),
            Request(
                query=body["query"],
                variables=body.get("variables") or {},
                operation=body.get("operationName") or None,
                identity=identity,
                headers=headers,
            ),
            lambda source, event: asyncio.to_thread(_invoke, id_, source, event),
        )
    except Unreadable:
        raise _Refused(400, _MALFORMED, "Unable to parse GraphQL query.") from None


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message["type"] == "http.request" and message.get("more_body", False)
        if len(body) > _MOST_BYTES:
            raise _Refused(413, "RequestTooLarge", f"Send at most {_MOST_BYTES:,} bytes.")
    return body


def _parsed(body: bytes) -> dict[str, Any]:
    """Return the request in a body: ``query``, ``variables`` and ``operationName``."""
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        raise _Refused(400, _MALFORMED, "The body is not JSON.") from None
    kinds = {"query": str, "variables": dict | None, "operationName": str | None}
    if not isinstance(parsed, dict) or not all(
        isinstance(parsed.get(name), kind) for name, kind in kinds.items()
    ):
        message = "Send an object with the text `query`, and objects or nothing as `variables`."
        raise _Refused(400, _MALFORMED, message)
    return parsed


async def _identity(id_: str, headers: dict[str, str]) -> dict[str, Any] | None:
    """Return what the function is told about the caller: a token's claims, nothing for a key.

    Raises:
        _Refused: the caller has not shown what the API asks for.
    """
    api = appsync._apis[id_]
    if pool := api.get("userPoolConfig"):
        arn = f"arn:aws:cognito-idp:{pool['awsRegion']}:000000000000:userpool/{pool['userPoolId']}"
        # As an authorizer of a REST API does: signature, issuer and times.
        authorizer = {"providerARNs": [arn]}
        claims, _ = await gateway._validate_cognito_authorizer(authorizer, {}, headers, {}, {})
        if claims is None:
            raise _Refused(401, _UNAUTHORIZED, "Valid authorization header not provided.")
        return {
            "sub": claims.get("sub"),
            "issuer": claims.get("iss"),
            "username": claims.get("username") or claims.get("cognito:username"),
            "claims": claims,
            "sourceIp": ["127.0.0.1"],
            "defaultAuthStrategy": pool.get("defaultAction", "ALLOW"),
            "groups": claims.get("cognito:groups"),
        }
    key = (appsync._api_keys.get(id_) or {}).get(headers.get("x-api-key", ""))
    if key is None or key["expires"] <= time.time():
        raise _Refused(401, _UNAUTHORIZED, "You are not authorized to make this call.")
    return None


def _api(id_: str) -> Any:
    from local.server.graphql.executor import Api, Resolver

    record = appsync._apis[id_]
    resolvers = {
        (type_, name): Resolver(source=each["dataSourceName"], batch=each.get("maxBatchSize", 0))
        for type_, fields in (appsync._resolvers.get(id_) or {}).items()
        for name, each in fields.items()
    }
    return Api(
        schema=appsync._schemas[id_]["definition"],
        resolvers=resolvers,
        depth=record.get("queryDepthLimit") or 0,
        count=record.get("resolverCountLimit") or 0,
        introspection=record.get("introspectionConfig") != "DISABLED",
    )


def _invoke(id_: str, source: str, event: Any) -> Any:
    """Invoke the function of a data source, logged and recorded as all others.

    Raises:
        FieldError: the function failed. As in AppSync, it has the error's message, not its stack.
    """
    arn = appsync._data_sources[id_][source]["lambdaConfig"]["lambdaFunctionArn"]
    function, config, _ = functions._get_func_record_for_ref(arn)
    if not function or not config:
        raise FieldError("Lambda:ResourceNotFoundException", "The function does not exist.")
    record = functions._execution_record_for_config(function, config)
    result = functions._execute_function_with_config_scope(record, event)
    body = result.get("body")
    if result.get("error") or result.get("throttle"):
        message = body.get("errorMessage") if isinstance(body, dict) else None
        raise FieldError("Lambda:Unhandled", str(message or "The function failed."))
    return json.loads(body) if isinstance(body, str | bytes) else body


async def _answer(send: Send, status: int, fields: dict[str, str], body: bytes) -> None:
    fields = {**fields, "content-length": str(len(body))}
    encoded = [(name.encode(), text.encode("latin-1")) for name, text in fields.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": body})
