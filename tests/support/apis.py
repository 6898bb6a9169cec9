"""REST APIs of their own, beside the program's."""

import json
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import pytest

from blueprint.recording import Recorder
from infra.access.callers import Callers, CallersArgs
from infra.config.api import Api
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.triggers.http import errors
from infra.triggers.http.rest_api import RestApi, RestApiArgs, Route
from tests.support.stacks import recorded

CONFIG = StackConfig()
SCOPES = {"users.read": "Read users", "users.write": "Create users"}
PLAN = {"rateLimit": 5, "burstLimit": 10, "quota": {"limit": 100, "period": "DAY"}}
NEW_USER: dict[str, Any] = {
    "title": "NewUser",
    "type": "object",
    "properties": {"name": {"type": "string", "minLength": 1}},
    "required": ["name"],
}


ERRORS = ("UNAUTHORIZED", "THROTTLED")
"""Two of the gateway's own errors, which stand for all."""


def body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def needs(*scopes: str) -> dict[str, Any]:
    """Return the security of an operation that one of these scopes opens."""
    return {"security": [{"Token": [scope]} for scope in scopes]}


def function(name: str = "get-user", **changes: Any) -> ImageFunction:
    args = {"config": CONFIG, "description": "", "memory_mb": 512, "timeout": 15} | changes
    return ImageFunction(name, FunctionArgs(**args))


def api(
    config: dict[str, Any] | None = None,
    routes: Callable[[ImageFunction], list[Route]] | None = None,
    components: dict[str, Any] | None = None,
    *,
    preview: bool = False,
) -> Recorder:
    """Create an API, by default with two routes, one of which takes a body.

    ``routes`` is given a function, which answers them. An API with the default routes is made once
    and kept. Of the gateway's own errors it has ``ERRORS``.
    """
    if routes is None and components is None:
        return _standard(json.dumps(config or {}, sort_keys=True), preview)
    return _made(config or {}, routes or _two_routes, components or {}, preview)


@cache
def _standard(config: str, preview: bool) -> Recorder:
    return _made(json.loads(config), _two_routes, {}, preview)


def _two_routes(users: ImageFunction) -> list[Route]:
    return [
        Route("GET", "/users/{id}", users, {"operationId": "getUser", **needs("users.read")}),
        Route("POST", "/users", users,
              {"operationId": "createUser", **needs("users.write"), **body(NEW_USER)}),
    ]  # fmt: skip


def _made(
    config: dict[str, Any],
    routes: Callable[[ImageFunction], list[Route]],
    components: dict[str, Any],
    preview: bool,
) -> Recorder:
    return recorded(lambda: rest_api(config, routes(function()), components), preview=preview)


def rest_api(
    config: dict[str, Any] | None = None,
    routes: Sequence[Route] | None = None,
    components: dict[str, Any] | None = None,
) -> RestApi:
    """Make an API in a program, with the gateway's own ``ERRORS`` alone."""
    access = Api.model_validate(config or {})
    args = RestApiArgs(
        config=access,
        callers=Callers("callers", CallersArgs(config=access, retain=False, scopes=SCOPES)),
        log_retention_days=7,
        routes=routes or _two_routes(function("get-user"), function("create-user")),
        components=components or {},
    )
    with pytest.MonkeyPatch.context() as patch:
        some = {kind: errors.GATEWAY_ERRORS[kind] for kind in ERRORS}
        patch.setattr(errors, "GATEWAY_ERRORS", some)
        return RestApi("api", args)
