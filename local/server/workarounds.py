"""Mends what the emulator does unlike AWS and only its own process can mend."""

import hashlib
import json
from typing import Any

from ministack.core.persistence import PERSIST_STATE  # type: ignore[import-untyped]
from ministack.services import apigateway_v1 as gateway  # type: ignore[import-untyped]
from ministack.services import dynamodb, ses
from ministack.services import lambda_svc as functions

from local.server import kept

_event = gateway._build_lambda_event_v1
_pool_key = functions._warm_pool_key


def apply() -> None:
    """Replace functions of the emulator by those that do as AWS does."""
    gateway._build_lambda_event_v1 = _event_with_key
    functions._warm_pool_key = _pool_key_of_version
    if PERSIST_STATE:
        kept.apply({"dynamodb": dynamodb, "ses": ses})


def _event_with_key(*given: Any, **more: Any) -> dict[str, Any]:
    """Return a proxy event with the id of the caller's API key, which the emulator (1.5.33) omits.

    AWS passes it to a method that requires a key:
    https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
    """
    event: dict[str, Any] = _event(*given, **more)
    methods, method, headers = given[3].get("resourceMethods", {}), given[5], given[6]
    if (methods.get(method) or methods.get("ANY") or {}).get("apiKeyRequired"):
        key = gateway._resolve_api_key(gateway._api_key_from_request(headers))
        event["requestContext"]["identity"]["apiKeyId"] = key and key["id"]
    return event


def _pool_key_of_version(name: str, config: dict[str, Any]) -> str:
    """Return the key of the containers that may run a version.

    The emulator (1.5.33) keeps them by image, so that one version answers for another with its own
    variables. In AWS, an execution environment runs one version.
    """
    settings = json.dumps([config.get("Version"), config.get("Environment")], sort_keys=True)
    return f"{_pool_key(name, config)}:{hashlib.sha256(settings.encode()).hexdigest()}"
