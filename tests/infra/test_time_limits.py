"""The longest call to AWS fits into its function's timeout, by the numbers of both sides."""

import importlib
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.retries.standard import ExponentialBackoff, RetryContext

from handlers.runtime import deadline
from tests.support.functions import expected
from tests.support.stacks import FUNCTIONS, STACKS, inputs, stack


def pause(attempt: int) -> float:
    """Return the longest that botocore's standard retries may pause after an attempt."""
    backoff = ExponentialBackoff(random=lambda: 1)
    return float(backoff.delay_amount(RetryContext(attempt_number=attempt)))


def longest_call(config: Any) -> float:
    """Return the seconds of a call that no attempt of which is answered."""
    attempts = config.retries["total_max_attempts"]
    attempt = 2 * config.connect_timeout + config.read_timeout  # TCP, TLS, the answer
    return attempts * attempt + sum(pause(n) for n in range(1, attempts))


@cache
def clients(function: str) -> Mapping[str, Any]:
    """Return the configuration of the clients that a handler makes, by service."""
    made: dict[str, Any] = {}
    create = botocore.session.Session.create_client

    def note(session: Any, service: str, *args: Any, **kwargs: Any) -> Any:
        client = create(session, service, *args, **kwargs)
        assert service not in made
        made[service] = client.meta.config
        return client

    function_inputs = inputs(stack("prod"), "lambda/function:Function", function)
    module = importlib.import_module(f"handlers.{function.replace('-', '_')}.handler")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session.Session, "create_client", note)
        patch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        for variable, value in function_inputs["environment"]["variables"].items():
            patch.setenv(variable, value)
        module.handler.dependencies.__wrapped__()  # what it makes at INIT
        for value in vars(module).values():
            if hasattr(value, "cache_clear"):
                value.__wrapped__()  # a client that it makes when it needs it
    assert made
    return made


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_longest_call_fits_into_the_timeout(function: str, name: str) -> None:
    timeout = inputs(stack(name), "lambda/function:Function", function)["timeout"]
    for service, config in clients(function).items():
        assert config.retries["mode"] == "standard", service
        assert longest_call(config) <= timeout - deadline.RESERVE_SECONDS, service


def test_every_client_of_every_function_was_looked_at() -> None:
    assert {function: set(clients(function)) for function in FUNCTIONS} == {
        function: set(each.services) for function, each in expected().items()
    }


@cache
def retry_hook() -> Callable[..., bool | None]:
    """Return what a client that keeps the deadline asks after each attempt."""
    client = botocore.session.get_session().create_client("sqs", region_name="eu-central-1")
    hooks: dict[str, Callable[..., bool | None]] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client.meta.events, "register_first", hooks.__setitem__)
        deadline.bind(client)
    return hooks["needs-retry.sqs"]


@pytest.mark.parametrize("attempt", range(1, 9))
def test_pauses_are_those_that_the_deadline_counts_with(attempt: int) -> None:
    """A retry is made if its longest pause ends before the deadline, to the second."""
    stops_retries = retry_hook()
    least = 1000 * (pause(attempt) + deadline.RESERVE_SECONDS + 2 * deadline.CONNECT_SECONDS + 0.5)
    for millis, stops in ((least, None), (least - 1, False)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(deadline, "seconds_left", lambda millis=millis: millis / 1000)
            assert stops_retries(attempts=attempt) is stops
