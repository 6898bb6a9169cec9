"""AWS clients that fail fast enough for a function's timeout."""

from typing import Any

import botocore.session
from botocore.config import Config

# botocore's own defaults are legacy retries and 60 s time-outs: one stuck connection would
# use up a whole invocation.
_CONFIG = Config(
    connect_timeout=2,
    read_timeout=5,
    retries={"mode": "standard", "total_max_attempts": 4},
)


def client(service: str, *, read_timeout: float | None = None) -> Any:
    """Make the client of one AWS service, such as ``dynamodb``.

    Credentials, region and endpoint come from the environment, as Lambda sets them. ``botocore``
    is used without ``boto3``: the same client for less start-up time (``bench/``).

    Args:
        service: botocore's name of the service.
        read_timeout: seconds to wait for an answer, where five are not enough.
    """
    config = _CONFIG if read_timeout is None else _CONFIG.merge(Config(read_timeout=read_timeout))
    return botocore.session.get_session().create_client(service, config=config)
