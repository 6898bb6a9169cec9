"""Answers a request whose function failed as API Gateway does: without the function's error.

The emulator (1.5.33) puts the error's text into the answer, with this machine's paths. The log and
the console show it.
https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html#services-apigateway-errors
"""

from typing import Any

from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]

_STATUS = 502

_respond = gateway._lambda_proxy_response
_invoke = gateway._invoke_lambda_proxy_v1
_render = gateway._gateway_error_response


class _FunctionFailed(Exception):
    """A function returned an error."""


class _Error(gateway._GatewayError):  # type: ignore[misc]
    """The gateway's body in its place; a stack may set another one for ``DEFAULT_5XX``."""

    def __init__(self) -> None:
        super().__init__("DEFAULT_5XX", "Internal server error")


def apply() -> None:
    """Replace the functions that turn a function's answer into a response."""
    gateway._lambda_proxy_response = _respond_or_raise
    gateway._invoke_lambda_proxy_v1 = _invoke_or_error
    gateway._gateway_error_response = _render_with_status


def _respond_or_raise(result: dict[str, Any]) -> Any:
    response, error = _respond(result)
    if error:
        raise _FunctionFailed
    return response, None


async def _invoke_or_error(*given: Any, **more: Any) -> Any:
    try:
        return await _invoke(*given, **more)
    except _FunctionFailed:
        return _Error()


def _render_with_status(error: Any, request: Any) -> Any:
    status, headers, body = _render(error, request)
    return _STATUS if isinstance(error, _Error) else status, headers, body
