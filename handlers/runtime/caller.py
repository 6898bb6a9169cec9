"""Who calls the API, as API Gateway has verified it.

A caller is a person, by the ``sub`` of their token; a service, by the client id of its token; or
an API key, by its id. An API that asks for no credentials knows nobody. Headers prove nothing, so
they are not read. docs/architecture.md describes what depends on the caller.
"""

from dataclasses import dataclass
from typing import Any, Literal


@dataclass(frozen=True)
class Caller:
    """One caller; ``id`` is unique among callers of its kind, and never secret."""

    kind: Literal["person", "service", "key"]
    id: str


def caller(event: dict[str, Any]) -> Caller | None:
    """Return who sent a request, or None if the API asks for no credentials.

    A token counts before an API key, because it says who calls. Cognito's token of a service, by
    client credentials, has the client's id as its ``sub``; a person's has an id of their own.

    Args:
        event: API Gateway's proxy event:
            https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html

    Raises:
        KeyError: a token without ``sub``, which Cognito does not issue. To treat it as nobody
            would mix up callers.
    """
    context = event.get("requestContext") or {}
    claims = (context.get("authorizer") or {}).get("claims")
    if claims is not None:
        return token_holder(claims)
    key_id = (context.get("identity") or {}).get("apiKeyId")
    return Caller("key", key_id) if key_id else None


def token_holder(claims: dict[str, Any]) -> Caller:
    """Return whom a verified access token names.

    Raises:
        KeyError: see `caller`.
    """
    subject = claims["sub"]
    kind: Literal["person", "service"] = (
        "service" if subject == claims.get("client_id") else "person"
    )
    return Caller(kind, subject)


def key_of(known: Caller | None, key: str) -> str:
    """Return a caller's key in a form that no other caller can choose.

    Keys of callers without credentials stay as they are: all these callers share them.

    Args:
        known: who chose the key; None if the API asks for no credentials.
        key: a text without spaces.
    """
    return key if known is None else f"{known.kind} {known.id} {key}"
