"""Corrects differences from AWS that can only be corrected in the emulator's own process."""

import hashlib
import json
import logging
import os
from contextvars import ContextVar
from typing import Any

from ministack.core import lambda_runtime  # type: ignore[import-untyped]
from ministack.core.persistence import PERSIST_STATE  # type: ignore[import-untyped]
from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]
from ministack.services import appsync, dynamodb, eventbridge, ses
from ministack.services import lambda_svc as functions

from local.schedule_event import fill
from local.server import (
    collisions,
    container_logs,
    container_starts,
    kept,
    message_ids,
    stream_batches,
)

_event = gateway._build_lambda_event_v1
_execute = gateway._handle_execute_in_scope
_invoke_target = eventbridge._invoke_target
_update_graphql = appsync._update_graphql_api
_pool_key = functions._warm_pool_key
_logger = logging.getLogger("workarounds")
_request_ids: ContextVar[list[str] | None] = ContextVar("request_ids", default=None)


def apply() -> None:
    """Replace functions of the emulator by those that do as AWS does, or as `app` needs."""
    gateway._build_lambda_event_v1 = _event_with_key
    gateway._handle_execute_in_scope = _execute_with_one_id
    appsync._update_graphql_api = _update_graphql_with_limits
    functions._warm_pool_key = _pool_key_of_version
    functions._invoke_rie = container_logs.with_whole_log(
        container_starts.with_time_to_start(functions._invoke_rie)
    )
    lambda_runtime.get_or_create_worker = _DispatchedWorker
    functions._poll_dynamodb_streams = stream_batches.poll
    eventbridge._invoke_target = _invoke_target_with_time
    eventbridge._dispatch_to_lambda = _invoke_asynchronously
    if "LAMBDA_DOCKER_FLAGS" in os.environ:
        from local.server import debug_containers  # loads the docker package

        debug_containers.apply()
    message_ids.apply()
    collisions.apply()
    if PERSIST_STATE:
        kept.apply({"dynamodb": dynamodb, "ses": ses})


def _event_with_key(*given: Any, **more: Any) -> dict[str, Any]:
    """Return a proxy event with the id of the caller's API key, which the emulator (1.5.33) omits.

    AWS passes it to a method that requires a key:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    event: dict[str, Any] = _event(*given, **more)
    methods, method, headers = given[3].get("resourceMethods", {}), given[5], given[6]
    if (methods.get(method) or methods.get("ANY") or {}).get("apiKeyRequired"):
        key = gateway._resolve_api_key(gateway._api_key_from_request(headers))
        event["requestContext"]["identity"]["apiKeyId"] = key and key["id"]
    if (request_ids := _request_ids.get()) is not None:
        request_ids.append(event["requestContext"]["requestId"])
    return event


class _DispatchedWorker:
    """Runs a WebSocket API's function as all others run: logged, limited and recorded.

    The emulator (1.5.33) calls a worker directly there, and asks this function for one nowhere
    else.
    """

    def __init__(self, _name: str, config: dict[str, Any], code: bytes, **_: Any) -> None:
        self._function = {"config": config, "code_zip": code}

    def invoke(self, event: dict[str, Any], _request_id: str) -> dict[str, Any]:
        """Invoke the function, and return its answer as a worker does."""
        result = functions._execute_function(self._function, event)
        answer, _ = functions.lambda_execute_result_to_api_proxy_response(result)
        return {"status": "ok", "result": answer or {}}


async def _execute_with_one_id(*given: Any, **more: Any) -> Any:
    """Answer an API's request with the id that its function got, as AWS does.

    The emulator (1.5.33) makes another one for the header.
    """
    request_ids: list[str] = []
    _request_ids.set(request_ids)
    status, headers, body = await _execute(*given, **more)
    id_header = {"x-amzn-requestid": request_ids[-1]} if request_ids else {}
    return status, {**headers, **id_header}, body


def _update_graphql_with_limits(api: str, body: dict[str, Any]) -> Any:
    """Update a GraphQL API including its limits, which the emulator (1.5.33) would not change."""
    answer = _update_graphql(api, body)
    if record := appsync._apis.get(api):
        for name in ("introspectionConfig", "queryDepthLimit", "resolverCountLimit"):
            record[name] = body.get(name, record.get(name))
        if "userPoolConfig" not in body:
            record.pop("userPoolConfig", None)
    return answer


def _pool_key_of_version(name: str, config: dict[str, Any]) -> str:
    """Return the key of the containers that may run a version.

    The emulator (1.5.33) keeps them by image, so that one version answers for another with its own
    variables. In AWS, an execution environment runs one version.
    """
    settings = json.dumps([config.get("Version"), config.get("Environment")], sort_keys=True)
    return f"{_pool_key(name, config)}:{hashlib.sha256(settings.encode()).hexdigest()}"


def _invoke_target_with_time(
    target: dict[str, Any], event: dict[str, Any], rule: dict[str, Any], *more: Any
) -> None:
    """Invoke a target with its input as EventBridge Scheduler fills it in.

    The emulator (1.5.33) leaves the names in angle brackets as they are.
    """
    if event.get("Source") == "aws.scheduler" and "Input" in target:
        target = {**target, "Input": fill(target["Input"], arn=rule["Arn"])}
    _invoke_target(target, event, rule, *more)


def _invoke_asynchronously(arn: str, payload: str) -> None:
    """Invoke a function for a schedule or a rule: it is tried again, and then sent to a queue.

    The emulator (1.5.33) tries once and forgets the event.
    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    """
    function, config, name = functions._get_func_record_for_ref(arn)
    if not function or not config:
        _logger.warning("There is no function %s: its schedule or rule invoked nothing.", name)
        return
    functions.invoke_async_with_retry(
        functions._execution_record_for_config(function, config), json.loads(payload)
    )
