"""AWS clients that fail fast enough for a function's timeout."""

from typing import Any

import botocore.session
from botocore.config import Config


def client(service: str, *, read_timeout: float = 5, attempts: int = 4) -> Any:
    """Make the client of one AWS service, such as ``dynamodb``.

    Credentials, region and endpoint come from the environment, as Lambda sets them. ``botocore``
    is used without ``boto3``: the same client for less start-up time (``bench/``). Its own defaults
    are legacy retries and 60 s time-outs: one stuck connection would use up a whole invocation.

    Args:
        service: botocore's name of the service.
        read_timeout: seconds to wait for an answer.
        attempts: calls in all, retries included; 1 where a call whose answer was lost must not be
            repeated unseen.
    """
    return botocore.session.get_session().create_client(
        service,
        config=Config(
            connect_timeout=2,
            read_timeout=read_timeout,
            retries={"mode": "standard", "total_max_attempts": attempts},
        ),
    )
