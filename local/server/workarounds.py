"""Mends what the emulator does unlike AWS and only its own process can mend."""

import re
from typing import Any

from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]

_event = gateway._build_lambda_event_v1
_mock = gateway._invoke_mock_v1
_execute = gateway.handle_execute

_ORIGINS = "origins of the template"


def apply() -> None:
    """Replace functions of the emulator by those that do as AWS does."""
    gateway._build_lambda_event_v1 = _event_with_key
    gateway._invoke_mock_v1 = _mock_with_origins
    gateway.handle_execute = _execute_with_origin


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
    return event


def _mock_with_origins(integration: dict[str, Any]) -> tuple[int, dict[str, Any], bytes]:
    """Return the answer to a preflight with the origins that its template compares.

    The emulator (1.5.33) evaluates no template of a mock integration. Ours (``infra/triggers/http/
    cors.py``) sets one header, to the caller's origin if it is one of them.
    """
    status, headers, body = _mock(integration)
    answers = integration.get("integrationResponses", {}).values()
    templates = [text for a in answers for text in (a.get("responseTemplates") or {}).values()]
    origins = re.findall(r'\$origin == "([^"]+)"', " ".join(templates))
    return status, {**headers, _ORIGINS: origins} if origins else headers, body


async def _execute_with_origin(
    api: str, stage: str, method: str, path: str, headers: dict[str, str], *more: Any
) -> tuple[int, dict[str, Any], bytes]:
    """Return an API's answer, with the header that the preflight's template would have set."""
    status, answer, body = await _execute(api, stage, method, path, headers, *more)
    origin = headers.get("origin")
    if origin in answer.pop(_ORIGINS, ()):
        answer["Access-Control-Allow-Origin"] = origin
    return status, answer, body
