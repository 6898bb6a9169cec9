"""Reads a stack's configuration, and reports everything that is wrong with it at once."""

import json
from collections.abc import Iterable, Iterator
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

from infra.config import production
from infra.config.names import check_stack
from infra.config.section import Section
from infra.config.stack import StackConfig

S = TypeVar("S", bound=Section)
C = TypeVar("C", bound=StackConfig)

_CLOSE = 0.9
"""How much of two namespaces must be the same for one to be taken for the other misspelt."""


def load(model: type[C]) -> C:
    """Read this stack's configuration: the library's keys and the application's together.

    Raises:
        pulumi.RunError: names every key that is wrong, missing or unknown, or that production
            needs otherwise, by its path; or AWS would refuse the project's or the stack's name.
    """
    check_stack(pulumi.get_project(), pulumi.get_stack())
    config, problems = _read(model)
    if pulumi.get_stack().startswith("prod") and _environment() != "production":
        # Otherwise one key would switch off all safeguards of the production stack.
        problems = ["environment: must be production for a stack of this name", *problems]
    return _accepted(config, [*problems, *_of_another_region(config)])


def _of_another_region(config: StackConfig | None) -> list[str]:
    """Return the problem with a certificate that the API's domain cannot use.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-regional-api-custom-domain-create.html
    """
    domain, region = config and config.api.domain, _given().get("aws:region")
    if not domain or not region or domain.certificate_arn.split(":")[3] == region:
        return []
    return [
        f"api.domain.certificateArn: is {json.dumps(domain.certificate_arn)}; must be of the "
        f"stack's region, {region}: request or import the certificate there"
    ]


def read(model: type[S]) -> S:
    """Read what a stack's configuration has under the project's namespace.

    Raises:
        pulumi.RunError: names every key that is wrong, missing or unknown, by its path.
    """
    return _accepted(*_read(model))


def _read(model: type[S]) -> tuple[S | None, list[str]]:
    """Return the configuration, or the problems with it."""
    values = _values(pulumi.get_project())
    misspelt = [*_misspelt()]
    try:
        return model.model_validate(values), [*misspelt, *_encrypted(values)]
    except ValidationError as error:
        problems = [each for detail in error.errors() for each in _problems(model, detail)]
        return None, [*misspelt, *problems]


def _misspelt() -> Iterator[str]:
    """Yield a problem for each key under a namespace that is nearly the project's name."""
    project = pulumi.get_project()
    for key in sorted(_given()):
        namespace, _, name = key.partition(":")
        if namespace != project and _is_close(namespace):
            yield f"{name}: is given as {key}; write {project}:{name}"


def _is_close(namespace: str) -> bool:
    return bool(get_close_matches(namespace, [pulumi.get_project()], cutoff=_CLOSE))


def _encrypted(keys: Iterable[str]) -> Iterator[str]:
    """Yield a problem for each key that is a Pulumi secret: no key may be one.

    Values become names, settings and policies, which the state holds in plain text.
    """
    for key in sorted(filter(_is_secret, keys)):
        yield (
            f"{key}: is a secret, and its value would be in the state in plain text; must be "
            "plain: pulumi config set --plaintext"
        )


def _accepted(config: S | None, problems: list[str]) -> S:
    if config is None or problems:
        stack, project = pulumi.get_stack(), pulumi.get_project()
        lines = "\n".join(f"  {project}:{problem}" for problem in problems)
        raise pulumi.RunError(
            f"The configuration of stack {stack!r} is wrong:\n{lines}\n"
            f"Correct Pulumi.{stack}.yaml; the documents in docs/ describe each key."
        )
    return config


def _given() -> dict[str, str]:
    """Return all keys of the stack, with their namespaces."""
    return {**get_config_env(), **CONFIG.get()}


def _values(namespace: str) -> dict[str, Any]:
    """Return what the stack's configuration has under a namespace, by key."""
    return {
        key.removeprefix(f"{namespace}:"): _decoded(value)
        for key, value in _given().items()
        if key.startswith(f"{namespace}:")
    }


def _environment() -> Any:
    return _values(pulumi.get_project()).get("environment")


def _is_secret(key: str | int) -> bool:
    name = f"{pulumi.get_project()}:{key}"
    return is_config_secret(name) or name in get_config_secret_keys_env()


def _decoded(value: str) -> Any:
    """Decode a value: Pulumi passes objects and lists as JSON, anything else as text."""
    try:
        decoded = json.loads(value)
    except ValueError:
        return value
    return decoded if isinstance(decoded, dict | list) else value


def _problems(model: type[Section], detail: ErrorDetails) -> Iterator[str]:
    """Yield what is wrong with one key; a secret's value is not repeated."""
    path = ".".join(str(part) for part in detail["loc"] if part != "[key]")
    message = detail["msg"].removeprefix("Value error, ")
    value = detail["input"]
    hidden = isinstance(value, dict) or "[key]" in detail["loc"] or _is_secret(detail["loc"][0])
    given = "" if hidden else f"is {json.dumps(value, default=str)}; "
    match detail["type"]:
        case production.UNMET:
            yield from detail["ctx"]["problems"]
        case "missing":
            yield f"{path}: is required{_elsewhere(path)}"
        case "extra_forbidden":
            allowed = _keys_in(model, detail["loc"][:-1])
            close = get_close_matches(str(detail["loc"][-1]), allowed, n=1)
            hint = f' (did you mean "{close[0]}"?)' if close else ""
            yield f"{path}: unknown key{hint}; allowed: {', '.join(allowed)}"
        case "model_type":
            keys = ", ".join(_keys_in(model, detail["loc"]))
            yield f"{path}: {given}must be a section; its keys are {keys}"
        case _:
            yield f"{path}: {given}{message[0].lower()}{message[1:]}"


def _elsewhere(path: str) -> str:
    """Return where a missing key is, if another project's namespace has it: after a rename."""
    project = pulumi.get_project()
    keys = [key for key in _given() if not _is_close(key.partition(":")[0])]
    found = [key for key in keys if key.endswith(f":{path}")]
    if not found:
        return ""
    namespace = found[0].partition(":")[0]
    theirs = [f"`{key}`" for key in keys if key.startswith(f"{namespace}:")]
    return (
        f"; the file has {', '.join(sorted(theirs))}: the project is now called {project}, so its "
        f"keys begin with `{project}:`. Rename the project everywhere: app rename {project}"
    )


def _keys_in(model: type[Section], loc: tuple[int | str, ...]) -> list[str]:
    """Return the keys of the section at ``loc``."""
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
