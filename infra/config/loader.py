"""Reads a stack's configuration, and says everything that is wrong with it at once."""

import json
import re
from difflib import get_close_matches
from typing import Any, TypeVar, get_args, get_origin

import pulumi
from pulumi.runtime.config import (
    CONFIG,
    get_config_env,
    get_config_secret_keys_env,
    is_config_secret,
)
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from infra.config.production import unmet
from infra.config.stack import StackConfig
from infra.config.values import Section

S = TypeVar("S", bound=Section)


def load(project: str | None = None) -> StackConfig:
    """Read this stack's configuration.

    Raises:
        pulumi.RunError: names every key that is wrong, missing or unknown, by its path; or the
            stack's name is not one that resources can be named after; or a production stack is
            without something that production needs.
    """
    stack = pulumi.get_stack()
    _check_name(stack)
    namespace = project or pulumi.get_project()
    config = read(StackConfig, namespace)
    if stack.startswith("prod") and config.environment != "production":
        # Otherwise one key would switch off all that production needs, in the stack that is it.
        raise _refused(
            stack, namespace, ["environment: must be production for a stack of this name"]
        )
    if problems := unmet(config):
        raise _refused(stack, namespace, problems)
    return config


def read(model: type[S], namespace: str) -> S:
    """Read what a stack's configuration has under a namespace.

    Raises:
        pulumi.RunError: as `load`, but for what is asked of the whole.
    """
    values = {
        key.removeprefix(f"{namespace}:"): _decoded(value)
        for key, value in {**get_config_env(), **CONFIG.get()}.items()
        if key.startswith(f"{namespace}:")
    }
    try:
        return model.model_validate(values)
    except ValidationError as error:
        problems = [
            _problem(model, detail, secret=_is_secret(namespace, detail["loc"][0]))
            for detail in error.errors()
        ]
        raise _refused(pulumi.get_stack(), namespace, problems) from None


def _refused(stack: str, namespace: str, problems: list[str]) -> pulumi.RunError:
    lines = "\n".join(f"  {namespace}:{problem}" for problem in problems)
    return pulumi.RunError(
        f"The configuration of stack {stack!r} is wrong:\n{lines}\n"
        f"Mend Pulumi.{stack}.yaml; the documentation says what each key may be."
    )


def _check_name(stack: str) -> None:
    """Refuse what Pulumi takes as a stack's name, and AWS refuses half-way through.

    All names hold the stack's (Pulumi.yaml): those of buckets take no capitals and no underscores,
    those of roles have 64 characters.
    """
    if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", stack):
        raise pulumi.RunError(
            f"The stack's name is {stack!r}; must be lower-case letters, digits and hyphens "
            "between them, at most 20, for resources are named after it. Rename it: pulumi stack "
            "rename <name>"
        )


def _is_secret(namespace: str, key: str | int) -> bool:
    name = f"{namespace}:{key}"
    return is_config_secret(name) or name in get_config_secret_keys_env()


def _decoded(value: str) -> Any:
    """Objects and lists reach a program as JSON, anything else as text."""
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    return decoded if isinstance(decoded, dict | list) else value


def _problem(model: type[Section], detail: ErrorDetails, *, secret: bool) -> str:
    """Say what is wrong with one key; a secret's value is not repeated."""
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    message = detail["msg"].removeprefix("Value error, ")
    if detail["type"] == "missing":
        return f"{path}: is required"
    if detail["type"] == "extra_forbidden":
        allowed = _keys_in(model, detail["loc"][:-1])
        close = get_close_matches(str(detail["loc"][-1]), allowed, n=1)
        hint = f' (did you mean "{close[0]}"?)' if close else ""
        return f"{path}: unknown key{hint}; allowed: {', '.join(allowed)}"
    value = detail["input"]
    given = "" if secret or isinstance(value, dict) else f"is {json.dumps(value, default=str)}; "
    if detail["type"] == "model_type":
        keys = ", ".join(_keys_in(model, detail["loc"]))
        return f"{path}: {given}must be a section; its keys are {keys}"
    return f"{path}: {given}{message[0].lower()}{message[1:]}"


def _keys_in(model: type[Section], loc: tuple[int | str, ...]) -> list[str]:
    """The keys that the section at ``loc`` takes."""
    kind: Any = model
    for part in loc:
        if get_origin(kind) is dict:  # by name: each has the same keys
            kind = get_args(kind)[1]
        else:
            fields = _section(kind).model_fields.values()
            kind = next(field.annotation for field in fields if field.alias == part)
    return sorted(str(field.alias) for field in _section(kind).model_fields.values())


def _section(kind: Any) -> type[Section]:
    """Return the section among the types of an annotation."""
    return next(
        t for t in (kind, *get_args(kind)) if isinstance(t, type) and issubclass(t, Section)
    )
