"""AWS clients that give up early enough for a function's timeout."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from handlers.runtime import deadline


def client(
    service: str, *, read_timeout: float = 3, attempts: int = 4, endpoint: str | None = None
) -> Any:
    """Create the client of one AWS service, such as ``dynamodb``.

    Credentials, region and endpoint come from the environment, as Lambda sets them. ``botocore``
    without ``boto3`` gives the same client and starts faster. botocore's defaults (legacy retries
    and timeouts of 60 s) would let one stuck connection use up a whole invocation.

    Choose the arguments so that the longest possible call fits into the function's timeout. It
    takes ``attempts`` times ``read_timeout`` plus twice ``deadline.CONNECT_SECONDS``, and pauses of
    up to 1, 2, 4 … seconds between attempts: 27 s by default (tests/infra/test_time_limits.py).
    Within an invocation, calls also keep to the time that is left.

    Args:
        service: botocore's name of the service.
        read_timeout: seconds to wait for an answer, or for more of it.
        attempts: total number of calls, including retries. Use 1 where a call whose answer was lost
            must not be repeated.
        endpoint: the URL of a service that each stack has its own of; None for AWS's.
    """
    new_client = _session().create_client(
        service,
        endpoint_url=endpoint,
        config=Config(
            connect_timeout=deadline.CONNECT_SECONDS,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )
    deadline.bind(new_client)
    return new_client


def credentials() -> Any:
    """Return the function's credentials, for what is signed without a client."""
    return _session().get_credentials()


def forget_credentials() -> None:
    """Make the next clients fetch credentials and connect again; keep the service descriptions."""
    descriptions = _session().get_component("data_loader")
    _session.cache_clear()
    _session().register_component("data_loader", descriptions)


@cache
def _session() -> botocore.session.Session:
    """Create the session that all clients share; it takes as long to make as a client."""
    return botocore.session.get_session()
