"""Reads IAM documents."""

from collections.abc import Iterator, Mapping
from typing import Any

from .model import Resource, Wrong

Statement = dict[str, Any]

# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
_CALLERS = frozenset(
    {
        "aws:principalaccount",
        "aws:principalarn",
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "kms:calleraccount",
    }
)
# Every form that JSON allows for the condition.
_PLAIN_HTTP = [
    {"Bool": {"aws:SecureTransport": value}} for value in ("false", False, ["false"], [False])
]


def statements(resource: Resource, *path: str) -> list[Statement]:
    """Return the statements of the document at a path.

    Raises:
        Undecided: the document is not known yet.
        Wrong: the value is not an IAM document.
    """
    given = resource.document(*path).get("Statement", [])
    found = [given] if isinstance(given, dict) else given
    if not isinstance(found, list) or not all(isinstance(s, dict) for s in found):
        raise Wrong(f"{'.'.join(path)} has Statement {given!r}; it must be a list of objects")
    return found


def allowing(resource: Resource, *path: str) -> list[Statement]:
    """Return the statements with the effect Allow."""
    return [s for s in statements(resource, *path) if s.get("Effect") == "Allow"]


def texts(value: object) -> list[str]:
    """Return a string, or a list of them, as a list."""
    if isinstance(value, str):
        return [value]
    return [str(item) for item in value] if isinstance(value, list) else []


def principals(statement: Statement) -> Iterator[tuple[str, str]]:
    """Yield each principal's kind and name, such as (Service, lambda.amazonaws.com)."""
    principal = statement.get("Principal")
    if isinstance(principal, Mapping):
        for kind, who in principal.items():
            yield from ((str(kind), one) for one in texts(who))
    elif principal is not None:
        yield "*", str(principal)


def is_public(statement: Statement) -> bool:
    """Return whether a statement allows an action to everybody, whoever the caller is."""
    anybody = any(who == "*" for _, who in principals(statement)) or "NotPrincipal" in statement
    return statement.get("Effect") == "Allow" and anybody and not _limits_callers(statement)


def _limits_callers(statement: Statement) -> bool:
    """Return whether a condition limits the callers; a condition on TLS or time does not."""
    condition = statement.get("Condition")
    return isinstance(condition, Mapping) and any(
        "Not" not in operator and str(key).lower() in _CALLERS
        for operator, test in condition.items()
        for key in test
    )


def denies_plain_http(statement: Statement, everything: str) -> bool:
    """Return whether a statement denies every action without TLS to everybody."""
    return (
        statement.get("Effect") == "Deny"
        and any(who == "*" for _, who in principals(statement))
        and bool({everything, "*"} & set(texts(statement.get("Action"))))
        and statement.get("Condition") in _PLAIN_HTTP
    )
