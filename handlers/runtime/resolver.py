"""GraphQL fields that a function resolves in batches for AWS AppSync.

AppSync invokes a direct resolver with a list of contexts, one for each value that a query asks for:

    {"arguments": …, "identity": …, "source": …, "request": {"headers": …},
     "info": {"parentTypeName": "User", "fieldName": "uploads", …}}

and takes a list of as many answers, in the same order: ``{"data": …}``, or
``{"data": null, "errorType": …, "errorMessage": …}`` for a value that is not served.
https://docs.aws.amazon.com/appsync/latest/devguide/tutorial-lambda-resolvers-js.html
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from handlers.runtime import log
from handlers.runtime.caller import Caller, token_holder
from handlers.runtime.faults import Unavailable
from handlers.runtime.refused import Refused

Context = dict[str, Any]
Answer = dict[str, Any]

MOST_AT_ONCE = 100
"""How many values are read at once: DynamoDB reads no more items with one call."""

INTERNAL_ERROR = "internal_error"
"""The type of an error that is the function's own fault; the log says why (``failed``)."""


@dataclass(frozen=True)
class Asked:
    """One value that a query asks for.

    Attributes:
        arguments: the field's, by the types of the schema.
        source: what the function that resolved the parent returned for it; empty at the root.
        caller: who asks; None if the API asks for a key, which does not tell callers apart.
    """

    arguments: dict[str, Any]
    source: dict[str, Any]
    caller: Caller | None


@dataclass(frozen=True)
class Field:
    """How a field is resolved.

    Attributes:
        scope: the scope that a token needs, the same as for the REST operation.
        failed: the text of an ``internal_error``: what failed, but not why.
        resolve: returns a value for each that is asked for, or `Refused`. It may raise `Refused`
            for all of them.
        most: how many values are resolved at once. Writes are made one by one, so that a failure
            does not hide what was written before it.
    """

    scope: str
    failed: str
    resolve: Callable[[Sequence[Asked]], Sequence[object]]
    most: int = 1


def answer(
    contexts: Sequence[Context], fields: Mapping[str, Field], *, resource_server: str
) -> list[Answer]:
    """Answer a batch of AppSync's, and log the outcome of each value that is not served.

    Args:
        contexts: see the module's docstring.
        fields: those that the function resolves, by type and name, such as ``Query.user``.
        resource_server: what the names of scopes begin with in tokens.
    """
    answers: list[Answer] = []
    for name, group in groupby(contexts, _name):  # AppSync's batches are of one field
        field, batch = fields[name], list(group)
        for start in range(0, len(batch), field.most):
            answers += _resolve(field, batch[start : start + field.most], resource_server)
    return answers


def caller_of(identity: dict[str, Any] | None) -> Caller | None:
    """Return who asks, as AppSync has verified it; None if the API asks for a key.

    A caller who signs requests with AWS credentials is a service, by the ARN of its role or user.
    https://docs.aws.amazon.com/appsync/latest/devguide/resolver-context-reference-js.html

    Raises:
        KeyError: an identity of another form. To treat it as nobody would mix up callers.
    """
    if identity is None:
        return None
    claims = identity.get("claims")
    return Caller("service", identity["userArn"]) if claims is None else token_holder(claims)


def may_ask(identity: dict[str, Any] | None, scope: str) -> bool:
    """Check that a token has a scope. Callers without a token need no scope, as in REST.

    API Gateway checks scopes before it invokes a function. AppSync does not.
    """
    claims = (identity or {}).get("claims")
    return claims is None or scope in claims.get("scope", "").split()


def one_by_one(resolve: Callable[[Asked], object]) -> Callable[[Sequence[Asked]], list[object]]:
    """Return a function for `Field.resolve` that asks another one for each value."""
    return lambda asked: [resolve(each) for each in asked]


def _name(context: Context) -> str:
    return f"{context['info']['parentTypeName']}.{context['info']['fieldName']}"


def _resolve(field: Field, contexts: list[Context], resource_server: str) -> list[Answer]:
    """Resolve values together; all errors are caught, because AppSync would show their text."""
    try:
        scope = f"{resource_server}/{field.scope}"
        _check_scope(contexts, scope)
        values = field.resolve([_asked(each) for each in contexts])
        return [_refuse(v) if isinstance(v, Refused) else {"data": v} for v in values]
    except Refused as refused:
        return [_refuse(refused) for _ in contexts]
    except Unavailable as error:
        log.failure("busy", error, level=logging.WARNING, status=503)
        return [_error("busy", "Service busy, try again later") for _ in contexts]
    except Exception as error:  # noqa: BLE001 - the outer edge, see above
        log.failure("failed", error, status=500)
        return [_error(INTERNAL_ERROR, field.failed) for _ in contexts]


def _check_scope(contexts: list[Context], scope: str) -> None:
    """Raise `Refused` in the gateway's words, unless whoever asks may."""
    if not all(may_ask(each.get("identity"), scope) for each in contexts):
        raise Refused(
            401, "unauthorized", "Missing, invalid or expired token, or without the scope"
        )


def _asked(context: Context) -> Asked:
    return Asked(
        context.get("arguments") or {},
        context.get("source") or {},
        caller_of(context.get("identity")),
    )


def _refuse(refused: Refused) -> Answer:
    """Return the answer for a value that is not served, and log the outcome."""
    log.outcome(refused.outcome, status=refused.status)
    return _error(refused.outcome, str(refused))


def _error(kind: str, message: str) -> Answer:
    return {"data": None, "errorType": kind, "errorMessage": message}
