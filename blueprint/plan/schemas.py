"""What one JSON schema lets pass and another does not.

Compared keyword by keyword, as far as each can be decided by itself; of ``anyOf`` and ``oneOf``,
each alternative must have one on the other side that is as wide. Keywords that say nothing of what
is valid (descriptions, examples, defaults) do not count. Those that cannot be decided (another
``pattern``, anything in ``allOf``, ``not``, ``if`` and what is not listed here) count as a
difference where they differ: better looked at in vain than not at all.
"""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

Schema = Mapping[str, Any]

_SILENT = frozenset(
    ("title", "description", "default", "example", "examples", "deprecated", "readOnly",
     "writeOnly", "externalDocs", "discriminator", "xml", "$comment", "$id", "$schema")
)  # fmt: skip
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_DECIDED = (*_UPPER, *_LOWER, "type", "enum", "const", "additionalProperties", "items")


class Direction(Enum):
    """Who sends what a schema describes.

    REQUEST: the caller; what was accepted must still be accepted.
    RESPONSE: the API; what is sent must be what callers were told to expect. They are taken to
    ignore fields that they do not know.
    """

    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True, kw_only=True)
class Side:
    """A schema with the document that its references point into."""

    document: Mapping[str, Any]
    schema: Schema

    def at(self, schema: Any) -> "Side":
        """Return another schema of the same document; ``true`` is one that lets all pass."""
        return Side(document=self.document, schema=schema if isinstance(schema, Mapping) else {})

    def resolved(self) -> "Side":
        """Follow the reference that the schema is, if it is one; what stands beside it is kept."""
        found = dict(self.schema)
        while "$ref" in found:
            reference = found.pop("$ref")
            found = {**resolve(self.document, reference), **found}
        return Side(document=self.document, schema=found)

    def expanded(self, keyword: str) -> Any:
        """Return a keyword's value, with references resolved but for recursive ones."""
        return _expanded(self.document, self.schema.get(keyword), frozenset())

    def alternatives(self) -> list["Side"]:
        """Return what each alternative is together with what stands beside it."""
        for keyword in ("anyOf", "oneOf"):
            if keyword in self.schema:
                beside = {k: v for k, v in self.schema.items() if k != keyword}
                whole = [self.at(a).resolved().schema for a in self.schema[keyword]]
                return [self.at({**beside, **alternative}) for alternative in whole]
        return [self]


def resolve(document: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    """Follow a reference within a document, such as ``#/components/schemas/User``."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part.replace("~1", "/").replace("~0", "~")]
    target: Mapping[str, Any] = found
    return target


def _expanded(document: Mapping[str, Any], value: Any, within: frozenset[str]) -> Any:
    if isinstance(value, list):
        return [_expanded(document, item, within) for item in value]
    if not isinstance(value, Mapping):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in within:
        target = {**resolve(document, reference), **{k: v for k, v in value.items() if k != "$ref"}}
        return _expanded(document, target, within | {reference})
    return {k: _expanded(document, v, within) for k, v in value.items() if k not in _SILENT}


Pair = tuple[str, str]


def breaks(before: Side, after: Side, direction: Direction) -> Iterator[str]:
    """Say what about a schema breaks callers, with paths: ``user.email: maxLength 9 → 5``.

    Nothing for schemas that are equal, or differ in what callers need not know.
    """
    yield from _Comparison(direction).compare(before, after, "", frozenset())


class _Comparison:
    """Two schemas: ``wide`` is the one all of whose values the other, ``narrow``, must let pass."""

    def __init__(self, direction: Direction) -> None:
        self._request = direction is Direction.REQUEST

    def compare(
        self, before: Side, after: Side, path: str, above: frozenset[Pair]
    ) -> Iterator[str]:
        """Compare two schemas; ``above`` are the pairs of which these are a part."""
        pair = (_text(before.schema), _text(after.schema))
        if pair in above:  # they hold themselves, as trees do
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
        for keyword in sorted((old.keys() | new.keys()) - _SILENT - {"properties", "required"}):
            if keyword not in narrow:
                continue
            if keyword not in _DECIDED:
                worse = before.expanded(keyword) != after.expanded(keyword)
            elif keyword == "additionalProperties" and not self._request:
                worse = False  # callers ignore what they do not know
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
    """Tell whether a keyword of ``narrow`` refuses what ``wide`` lets pass."""
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
    # What additionalProperties and items say of elements is compared as schemas are.
    return limit is False and wide.get(keyword) is not False


def _types(schema: Schema) -> set[str]:
    """Return the types that pass; an integer is a number, and of no type means of any."""
    named = schema.get("type", ["null", "boolean", "object", "array", "number", "string"])
    types = {named} if isinstance(named, str) else set(named)
    return types | ({"integer"} if "number" in types else set())


def _values(schema: Schema) -> set[str] | None:
    """Return the only values that pass, as JSON; None if others may."""
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return None if values is None else {_text(value) for value in values}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def _shown(schema: Schema, keyword: str) -> str:
    return _text(schema[keyword]) if keyword in schema else "(none)"


def _named(schema: Schema) -> str:
    return str(schema.get("title") or schema.get("type") or _text(schema))
