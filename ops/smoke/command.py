"""Runs the smoke test of a stack, or of the API at a URL."""

import re
from collections.abc import Mapping
from typing import Any

from ops.deployed.clients import Client, clients
from ops.deployed.outputs import outputs as read_outputs
from ops.deployed.outputs import region as region_of
from ops.smoke import tables
from ops.smoke.api import Api, checked_url, token
from ops.smoke.errors import SmokeError, WrongTarget
from ops.smoke.steps import SINKS, Walk

_CLIENT = ("TOKEN_ENDPOINT", "CLIENT_ID", "CLIENT_SECRET")
_CALLERS = ("API_KEY", *_CLIENT)


def run(
    target: str,
    *,
    running: tuple[Mapping[str, Any], Client] | None = None,
    email_seconds: float,
    ready_seconds: float,
    region: str | None,
    environment: Mapping[str, str],
) -> str:
    """Test an API, and print each step.

    Args:
        target: the API's URL, or a stack's name; its outputs then tell the rest.
        running: the outputs and the clients of a stack that the Pulumi CLI does not know.
        email_seconds: how long the welcome e-mail may take.
        ready_seconds: how long a new stack may answer with errors.
        region: the API's region, if its URL does not contain it.
        environment: the callers' credentials for a URL.

    Returns:
        The API's URL.

    Raises:
        OpsError: something is wrong, with the stack or with what was given.
    """
    is_stack = re.fullmatch("[a-z0-9-]+", target) is not None
    outputs: Mapping[str, Any] = {}
    if is_stack:
        outputs = running[0] if running else read_outputs(target, show_secrets=True)
    url = checked_url(_url(target, outputs) if is_stack else target)
    access = _access(_callers(outputs) if is_stack else environment)
    Walk(
        api=Api(url, access=access),
        graphql=_graphql(outputs, access),
        records=tables.records(url, running[1] if running else _clients(url, outputs, region)),
        ready_seconds=ready_seconds,
        email_seconds=email_seconds,
        sink=SINKS["sendgrid" if "sendgrid_key_secret_arn" in outputs else "ses"],
        say=lambda line: print(line, flush=True),
    ).go()
    return url


def _clients(url: str, outputs: Mapping[str, Any], region: str | None) -> Client:
    """Return the clients of a deployed stack, or of the account in which an API's URL is."""
    if not outputs:
        return tables.clients(url, region)
    return clients(region_of(outputs), emulator=outputs.get("emulator"))


def _url(stack: str, outputs: Mapping[str, Any]) -> str:
    if "api_gateway_url" not in outputs:
        raise SmokeError(f"Stack {stack!r} has no output `api_gateway_url`: deploy it first.")
    return str(outputs["api_gateway_url"])


def _graphql(outputs: Mapping[str, Any], access: Mapping[str, str]) -> Api | None:
    """Return the stack's GraphQL API, which takes the same token, or a key of its own."""
    # The bare emulator's own executor knows neither batches nor the functions' errors.
    if "graphql_url" not in outputs or "emulator" in outputs:
        return None
    key = outputs.get("graphql_api_key")
    headers = {"x-api-key": str(key)} if key else access
    return Api(checked_url(str(outputs["graphql_url"])), access=headers)


def _callers(outputs: Mapping[str, Any]) -> dict[str, str]:
    return {name: outputs[name.lower()] for name in _CALLERS if name.lower() in outputs}


def failures(last: SmokeError) -> list[SmokeError]:
    """Return all errors in the order in which they occurred: cleaning up can fail as well."""
    found: list[SmokeError] = []
    error: BaseException | None = last
    while error:
        if isinstance(error, SmokeError):
            found.insert(0, error)
        error = error.__context__
    return found


def _access(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the headers that let a caller in, from the environment.

    Raises:
        WrongTarget: some of a client's variables are missing.
        Failed: the client gets no token.
    """
    headers = {}
    if key := environment.get("API_KEY"):
        headers["x-api-key"] = key
    missing = [name for name in _CLIENT if not environment.get(name)]
    if not missing:
        headers["Authorization"] = "Bearer " + token(*(environment[name] for name in _CLIENT))
    elif len(missing) < len(_CLIENT):
        raise WrongTarget(
            f"{', '.join(missing)} must be set as well: a client needs {', '.join(_CLIENT)}."
        )
    return headers
