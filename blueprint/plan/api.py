"""Finds the changes of an API that break its callers, from the OpenAPI documents before and after.

Rules for what callers send (parameters, bodies, credentials) may only become looser. Rules for what
they receive (status codes, headers, bodies) may only become stricter. So these break callers:

- a path or an operation is removed;
- request: a parameter or body is new and required, or now required; a parameter or media type is
  removed; a schema rejects what it accepted, or drops a field;
- response: a status, header or media type is removed; a schema allows what it did not, or a
  field is removed or may be missing;
- security: credentials that were enough no longer are.

Ignored: descriptions, operationId, tags, links, servers, callbacks, webhooks.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from blueprint.plan.schema import Side, resolve
from blueprint.plan.schema_breaks import Direction, breaks

Document = Mapping[str, Any]
Node = Mapping[str, Any]

_PARTS = {"parameters": "parameters", "requestBody": "request", "security": "security"}
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def breaking(before: Document, after: Document) -> list[str]:
    """Return the changes that break callers, each with its operation."""
    return list(_breaking(before, after))


def added(before: Document, after: Document) -> list[str]:
    """Return the operations that are new, such as ``GET /users/{id}``."""
    old, new = _operations(before), _operations(after)
    return [new[key][0] for key in sorted(new.keys() - old.keys())]


def changed(before: Document, after: Document) -> dict[str, list[str]]:
    """Return the parts that differ of each operation that both documents have."""
    old, new = _operations(before), _operations(after)
    found = {}
    for key in sorted(old.keys() & new.keys()):
        was, now = _parts(before, old[key][1]), _parts(after, new[key][1])
        names = dict.fromkeys([*was, *now])
        found[new[key][0]] = [name for name in names if was.get(name) != now.get(name)]
    return {name: parts for name, parts in found.items() if parts}


def _parts(document: Document, operation: Node) -> dict[str, Any]:
    """Return the parts of an operation that are compared, with all references resolved."""
    whole = Side(document=document, schema=operation)
    parts = {name: whole.expanded(key) for key, name in _PARTS.items()}
    for status, response in (whole.expanded("responses") or {}).items():
        parts[f"response {status}"] = {k: v for k, v in response.items() if k != "links"}
    return parts


def _breaking(before: Document, after: Document) -> Iterator[str]:
    old, new = _operations(before), _operations(after)
    for key, (name, operation) in sorted(old.items()):
        if key not in new:
            yield f"{name}: removed"
            continue
        compared = _Operation(before, operation, after, new[key][1])
        yield from (f"{name}: {problem}" for problem in compared.problems())


def _operations(document: Document) -> dict[tuple[str, str], tuple[str, Node]]:
    """Return operations by path and method; the names of path parameters do not matter."""
    found: dict[tuple[str, str], tuple[str, Node]] = {}
    for path, item in document.get("paths", {}).items():
        for method in _METHODS:
            if method in item:
                operation = dict(item[method])
                specific = [_resolved(document, p) for p in operation.get("parameters", ())]
                shared = [_resolved(document, p) for p in item.get("parameters", ())]
                overridden = {(p["in"], p["name"]) for p in specific}
                operation["parameters"] = [
                    *specific,
                    *(p for p in shared if (p["in"], p["name"]) not in overridden),
                ]  # fmt: skip
                operation.setdefault("security", document.get("security", [{}]))
                key = re.sub(r"\{[^}]*\}", "{}", path), method
                found[key] = f"{method.upper()} {path}", {**operation, "path": path}
    return found


class _Operation:
    """An operation before and after."""

    def __init__(self, old: Document, before: Node, new: Document, after: Node) -> None:
        self._old, self._new = old, new
        self._before, self._after = before, after

    def problems(self) -> Iterator[str]:
        yield from self._parameters()
        yield from self._body()
        yield from self._responses()
        yield from self._security()

    def _parameters(self) -> Iterator[str]:
        old, new = _parameters(self._before), _parameters(self._after)
        for key in sorted(old.keys() | new.keys()):
            was, now = old.get(key, {}), new.get(key, {})
            name = f"{key[0]} parameter {(was or now)['name']}"
            if key not in new:
                yield f"{name}: removed"
            elif now.get("required") and not was.get("required"):
                yield f"{name}: {'now required' if was else 'new, and required'}"
            if was and now:
                yield from self._schema(was, now, name, Direction.REQUEST)

    def _body(self) -> Iterator[str]:
        was = _resolved(self._old, self._before.get("requestBody", {}))
        now = _resolved(self._new, self._after.get("requestBody", {}))
        if now.get("required") and not was.get("required"):
            yield f"request body: {'now required' if was else 'new, and required'}"
        if was and not now:
            yield "request body: removed"
        elif was:
            yield from self._content(was, now, "request", Direction.REQUEST)

    def _responses(self) -> Iterator[str]:
        old, new = self._before.get("responses", {}), self._after.get("responses", {})
        for status in sorted(old):
            name = f"response {status}"
            if status not in new:
                yield f"{name}: removed"
                continue
            was, now = _resolved(self._old, old[status]), _resolved(self._new, new[status])
            yield from self._content(was, now, name, Direction.RESPONSE)
            yield from self._headers(was, now, name)

    def _headers(self, was: Node, now: Node, name: str) -> Iterator[str]:
        old, new = was.get("headers", {}), now.get("headers", {})
        for header in sorted(old):
            if header not in new:
                yield f"{name}: header {header}: removed"
                continue
            before, after = _resolved(self._old, old[header]), _resolved(self._new, new[header])
            if before.get("required") and not after.get("required"):
                yield f"{name}: header {header}: may be missing now"
            where = f"{name}: header {header}"
            yield from self._schema(before, after, where, Direction.RESPONSE)

    def _content(self, was: Node, now: Node, name: str, direction: Direction) -> Iterator[str]:
        old, new = was.get("content", {}), now.get("content", {})
        for media in sorted(old):
            if media not in new:
                yield f"{name}: {media}: removed"
            else:
                yield from self._schema(old[media], new[media], name, direction)

    def _schema(self, was: Node, now: Node, name: str, direction: Direction) -> Iterator[str]:
        before = Side(document=self._old, schema=was.get("schema", {}))
        after = Side(document=self._new, schema=now.get("schema", {}))
        yield from (f"{name}: {found}" for found in breaks(before, after, direction))

    def _security(self) -> Iterator[str]:
        """Yield the credentials that used to be enough and no longer are."""
        accepted = self._after["security"] or [{}]
        for credentials in self._before["security"] or [{}]:
            if not any(_enough(credentials, asked) for asked in accepted):
                yield (
                    f"security: {_credentials(credentials)} is no longer enough; accepted: "
                    f"{' or '.join(_credentials(asked) for asked in accepted)}"
                )


def _parameters(operation: Node) -> dict[tuple[str, str], Node]:
    """Return the parameters by location and name; those in the path by their position."""
    positions = {
        name: str(i) for i, name in enumerate(re.findall(r"\{([^}]*)\}", operation["path"]), 1)
    }
    return {
        (p["in"], positions.get(p["name"], p["name"]) if p["in"] == "path" else p["name"]): p
        for p in operation["parameters"]
    }


def _enough(has: Mapping[str, list[str]], asked: Mapping[str, list[str]]) -> bool:
    return all(
        scheme in has and set(scopes) <= set(has[scheme]) for scheme, scopes in asked.items()
    )


def _credentials(credentials: Mapping[str, list[str]]) -> str:
    named = (f"{s} ({', '.join(scopes)})" if scopes else s for s, scopes in credentials.items())
    return " with ".join(named) or "nothing"


def _resolved(document: Document, node: Node) -> Node:
    return resolve(document, node["$ref"]) if "$ref" in node else node
