"""The table of configuration keys in ``docs/configuration.md``, made from the model."""

import json
from collections.abc import Iterator
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from infra.config.section import Section
from infra.config.texts import CallbackUrl, Origin

_FEW = 6
_REQUIRED = "**required**"
_LISTS = {Origin: "list of origins", CallbackUrl: "list of URLs"}


def table() -> str:
    """Return the table in Markdown: a row for each key, with its allowed values and its default."""
    from config import AppConfig  # the program's: this module also serves other revisions

    rows = [
        f"| `{path}` | {_allowed(field)} | {default} | {field.description} |"
        for path, field, default in _leaves(AppConfig, "", _REQUIRED, None)
    ]
    return "\n".join(["| key | allowed | default | what it does |", "|---|---|---|---|", *rows])


def _leaves(
    section: type[Section], prefix: str, required: str, defaults: Section | None
) -> Iterator[tuple[str, FieldInfo, str]]:
    for name, field in section.model_fields.items():
        path = f"{prefix}{field.alias}"
        if defaults is not None:
            default: Any = getattr(defaults, name)
        elif field.is_required():
            default = ...
        else:
            default = field.get_default(call_default_factory=True, validated_data={})
        if by_function := _by_function(field.annotation):
            yield from _leaves(by_function, f"{path}.<function>.", _REQUIRED, None)
            continue
        inner = next((o for o in _options(field.annotation) if _is_section(o)), None)
        if inner is None:
            yield path, field, required if default is ... else _written(default)
        else:
            optional = f"with `{path}`, **required**" if default is None else _REQUIRED
            given = default if isinstance(default, Section) else None
            yield from _leaves(inner, f"{path}.", optional, given)


def _options(annotation: Any) -> list[Any]:
    """Return the types of a union without None, or the one type."""
    if get_origin(annotation) in (Union, UnionType):
        return [option for option in get_args(annotation) if option is not type(None)]
    return [annotation]


def _by_function(annotation: Any) -> type[Section] | None:
    """Return the section that a mapping has for each function."""
    return get_args(annotation)[1] if get_origin(annotation) is dict else None


def _is_section(candidate: Any) -> bool:
    return isinstance(candidate, type) and issubclass(candidate, Section)


def _allowed(field: FieldInfo) -> str:
    kind = _options(field.annotation)[0]
    match get_origin(kind):
        case origin if origin is Literal:
            values = [f"`{value}`" for value in get_args(kind)]
            shown = values if len(values) <= _FEW else [*values[:3], "…", values[-1]]
            return ", ".join(shown)
        case origin if origin is list:
            return _LISTS[get_args(kind)[0]]
        case _:
            names = {int: "integer", float: "number", bool: "`true`, `false`"}
            return " ".join(part for part in (names.get(kind, "text"), _bounds(field)) if part)


def _bounds(field: FieldInfo) -> str:
    low = high = ""
    for rule in field.metadata:
        match rule:
            case annotated_types.Ge(ge=value):
                low = f"{value:,}"
            case annotated_types.Gt(gt=value):
                low = f"above {value}"
            case annotated_types.Le(le=value):
                high = f"{value:,}"
            case _:
                continue
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else ""


def _written(default: Any) -> str:
    if default is None or default in ({}, [], ""):
        return "none"
    return f"`{default if isinstance(default, str) else json.dumps(default)}`"
