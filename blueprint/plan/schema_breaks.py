"""Compares two JSON schemas: what one accepts and the other rejects.

Keywords are compared one by one. Each alternative of ``anyOf`` and ``oneOf`` needs an alternative
on the other side that accepts as much. Keywords that do not affect validity (descriptions,
examples, defaults) are ignored. Where it cannot be decided which side accepts more (``pattern``,
``allOf``, ``not``, ``if``, and any keyword not listed here), a difference is reported: a false
alarm is better than a missed one.
"""

import json
import math
from collections.abc import Iterator, Mapping
from enum import Enum
from typing import Any

from blueprint.plan.schema import SILENT, Schema, Side

_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_DECIDED = (*_UPPER, *_LOWER, "type", "enum", "const", "additionalProperties", "items")


class Direction(Enum):
    """The sender of the data that a schema describes.

    REQUEST: the caller sends it; what was accepted must still be accepted.
    RESPONSE: the API sends it; callers must receive what they were told to expect. They are assumed
    to ignore unknown fields.
    """

    REQUEST = "request"
    RESPONSE = "response"


Pair = tuple[str, str]


def breaks(before: Side, after: Side, direction: Direction) -> Iterator[str]:
    """Yield the changes of a schema that break callers: ``user.email: maxLength 9 → 5``."""
    yield from _Comparison(direction).compare(before, after, "", frozenset())


class _Comparison:
    """Compares two schemas: ``narrow`` must accept every value that ``wide`` accepts."""

    def __init__(self, direction: Direction) -> None:
        self._request = direction is Direction.REQUEST

    def compare(
        self, before: Side, after: Side, path: str, above: frozenset[Pair]
    ) -> Iterator[str]:
        """Yield the breaking changes; ``above`` holds the pairs of schemas around this one."""
        pair = (_text(before.schema), _text(after.schema))
        if pair in above:  # a recursive schema, such as a tree's
            return
        above |= {pair}
        old, new = before.resolved().alternatives(), after.resolved().alternatives()
        if len(old) == len(new) == 1:
            yield from self._one(old[0], new[0], path, above)
            return
        wide, narrow = (old, new) if self._request else (new, old)
        for one in wide:
            if all(list(self._ordered(one, other, path, above)) for other in narrow):
                verb = "is no longer accepted" if self._request else "is new"
                yield _at(path, f"the alternative {_named(one.schema)} {verb}")

    def _ordered(
        self, wide: Side, narrow: Side, path: str, above: frozenset[Pair]
    ) -> Iterator[str]:
        old, new = (wide, narrow) if self._request else (narrow, wide)
        return self.compare(old, new, path, above)

    def _one(self, before: Side, after: Side, path: str, above: frozenset[Pair]) -> Iterator[str]:
        old, new = before.schema, after.schema
        wide, narrow = (old, new) if self._request else (new, old)
        for keyword in sorted((old.keys() | new.keys()) - SILENT - {"properties", "required"}):
            if keyword not in narrow:
                continue
            if keyword not in _DECIDED:
                worse = before.expanded(keyword) != after.expanded(keyword)
            elif keyword == "additionalProperties" and not self._request:
                worse = False  # callers ignore unknown fields
            else:
                worse = _refuses(keyword, wide, narrow)
            if worse:
                yield _at(path, f"{keyword} {_shown(old, keyword)} → {_shown(new, keyword)}")
        yield from self._fields(before, after, path, above)
        for keyword in ("items", "additionalProperties"):
            if isinstance(narrow.get(keyword), Mapping):
                below = f"{path}[]" if keyword == "items" else f"{path}.*".lstrip(".")
                yield from self.compare(
                    before.at(old.get(keyword)), after.at(new.get(keyword)), below, above
                )

    def _fields(
        self, before: Side, after: Side, path: str, above: frozenset[Pair]
    ) -> Iterator[str]:
        old, new = before.schema.get("properties", {}), after.schema.get("properties", {})
        was, now = set(before.schema.get("required", ())), set(after.schema.get("required", ()))
        for name in sorted(old.keys() | new.keys() | was | now):
            field = f"{path}.{name}".lstrip(".")
            if name in old and name not in new:
                yield f"{field}: removed"
            elif self._request and name in now - was:
                yield f"{field}: {'now required' if name in old else 'new, and required'}"
            elif not self._request and name in was - now:
                yield f"{field}: may be missing now"
            if name in old and name in new:
                yield from self.compare(before.at(old[name]), after.at(new[name]), field, above)


def _at(path: str, problem: str) -> str:
    return f"{path}: {problem}" if path else problem


def _refuses(keyword: str, wide: Schema, narrow: Schema) -> bool:
    """Return whether a keyword of ``narrow`` rejects what ``wide`` accepts."""
    limit = narrow[keyword]
    if keyword in _UPPER:
        return bool(wide.get(keyword, math.inf) > limit)
    if keyword in _LOWER:
        least = -math.inf if keyword in ("minimum", "exclusiveMinimum") else 0
        return bool(wide.get(keyword, least) < limit)
    if keyword == "type":
        return not _types(wide) <= _types(narrow)
    if keyword in ("enum", "const"):
        few, many = _values(wide), _values(narrow)
        return few is None or not few <= (many or set())
    # Schemas in additionalProperties and items are compared as schemas.
    return limit is False and wide.get(keyword) is not False


def _types(schema: Schema) -> set[str]:
    """Return the accepted types; an integer is a number, and no type means any."""
    named = schema.get("type", ["null", "boolean", "object", "array", "number", "string"])
    types = {named} if isinstance(named, str) else set(named)
    return types | ({"integer"} if "number" in types else set())


def _values(schema: Schema) -> set[str] | None:
    """Return the only accepted values, as JSON; None if others may be."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {_text(value) for value in values}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _shown(schema: Schema, keyword: str) -> str:
    return _text(schema[keyword]) if keyword in schema else "(none)"


def _named(schema: Schema) -> str:
    return str(schema.get("title") or schema.get("type") or _text(schema))
