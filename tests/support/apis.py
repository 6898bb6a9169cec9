"""REST APIs of their own, beside the program's."""

from collections.abc import Callable, Sequence
from typing import Any

from blueprint.recording import Recorder
from infra.access.callers import Callers, CallersArgs
from infra.config.api import Api
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
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
    routes: Callable[..., list[Route]] | None = None,
    components: dict[str, Any] | None = None,
    *,
    functions: Sequence[str] = ("get-user", "create-user"),
    preview: bool = False,
) -> Recorder:
    """Record `rest_api` alone."""
    return recorded(
        lambda: rest_api(config, routes, components, functions=functions), preview=preview
    )


def rest_api(
    config: dict[str, Any] | None = None,
    routes: Callable[..., list[Route]] | None = None,
    components: dict[str, Any] | None = None,
    *,
    functions: Sequence[str] = ("get-user", "create-user"),
) -> RestApi:
    """Create an API, by default with two routes, one of which takes a body.

    ``routes`` is given the functions.
    """

    def standard(read: ImageFunction, write: ImageFunction) -> list[Route]:
        return [
            Route("GET", "/users/{id}", read, {"operationId": "getUser", **needs("users.read")}),
            Route("POST", "/users", write,
                  {"operationId": "createUser", **needs("users.write"), **body(NEW_USER)}),
        ]  # fmt: skip

    access = Api.model_validate(config or {})
    args = RestApiArgs(
        config=access,
        routes=(routes or standard)(*map(function, functions)),
        callers=Callers("callers", CallersArgs(config=access, retain=False, scopes=SCOPES)),
        log_retention_days=7,
        components=components or {},
    )
    return RestApi("api", args)
