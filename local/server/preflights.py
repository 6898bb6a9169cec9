"""Completes the emulator's answers to CORS preflights, whose template it does not evaluate."""

import re
from typing import Any

from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]

_mock = gateway._invoke_mock_v1
_execute = gateway.handle_execute

_ORIGINS = "origins of the template"


def install() -> None:
    """Replace functions of the emulator by those that do as AWS does."""
    gateway._invoke_mock_v1 = _mock_with_origins
    gateway.handle_execute = _execute_with_origin


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
