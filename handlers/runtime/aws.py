"""AWS clients that fail fast enough for a function's timeout."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from handlers.runtime import deadline


def client(service: str, *, read_timeout: float = 3, attempts: int = 4) -> Any:
    """Make the client of one AWS service, such as ``dynamodb``.

    Credentials, region and endpoint come from the environment, as Lambda sets them. ``botocore``
    is used without ``boto3``: the same client for less start-up time. Its own defaults
    are legacy retries and 60 s time-outs: one stuck connection would use up a whole invocation.

    All that a call may take, by these arguments, must fit into the function's timeout: attempts of
    ``read_timeout`` and twice ``deadline.CONNECT_SECONDS``, and pauses of up to 1, 2, 4 … seconds
    between them. By the defaults that is 27 s (tests/infra/test_time_limits.py). Within an
    invocation calls keep to the time that is left.

    Args:
        service: botocore's name of the service.
        read_timeout: seconds to wait for an answer, or for more of it.
        attempts: calls in all, retries included; 1 where a call whose answer was lost must not be
            repeated unseen.
    """
    made = _session().create_client(
        service,
        config=Config(
            connect_timeout=deadline.CONNECT_SECONDS,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )
    deadline.bind(made)
    return made


def forget() -> None:
    """Have the next clients fetch credentials, and connect; their services' descriptions stay."""
    descriptions = _session().get_component("data_loader")
    _session.cache_clear()
    _session().register_component("data_loader", descriptions)


@cache
def _session() -> botocore.session.Session:
    """Make what a function's clients share: it takes as long to make as a client."""
    return botocore.session.get_session()
