"""REST APIs of their own, beside the program's."""

from collections.abc import Callable
from typing import Any

from stacks import recorded

from infra.callers import Callers, CallersArgs
from infra.config import StackConfig
from infra.config_api import Api
from infra.function import FunctionArgs, ImageFunction
from infra.recording import Recorder
from infra.triggers.http import RestApi, RestApiArgs, Route

CONFIG = StackConfig.model_validate({"email": {"sender": "no-reply@example.com"}})
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
    """What an operation says that one of these scopes opens."""
    return {"security": [{"Token": [scope]} for scope in scopes]}


def function(name: str = "get-user", **changes: Any) -> ImageFunction:
    args = {"config": CONFIG, "description": "", "memory_mb": 512, "timeout": 15} | changes
    return ImageFunction(name, FunctionArgs(**args))


def api(
    config: dict[str, Any] | None = None,
    routes: Callable[[ImageFunction, ImageFunction], list[Route]] | None = None,
    components: dict[str, Any] | None = None,
    *,
    preview: bool = False,
) -> Recorder:
    """Make an API alone: by default of two routes, one of which takes a body."""

    def standard(read: ImageFunction, write: ImageFunction) -> list[Route]:
        return [
            Route("GET", "/users/{id}", read, {"operationId": "getUser", **needs("users.read")}),
            Route("POST", "/users", write,
                  {"operationId": "createUser", **needs("users.write"), **body(NEW_USER)}),
        ]  # fmt: skip

    def program() -> None:
        made = (routes or standard)(function("get-user"), function("create-user"))
        access = Api.model_validate(config or {})
        args = RestApiArgs(
            config=access,
            callers=Callers("callers", CallersArgs(config=access, retain=False, scopes=SCOPES)),
            log_retention_days=7,
            routes=made,
            components=components or {},
        )
        RestApi("api", args)

    return recorded(program, preview=preview)
