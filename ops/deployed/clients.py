"""Makes clients of a region, with the credentials of this shell."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

Client = Callable[[str], Any]
"""Returns botocore's client of a service, such as ``lambda``."""

_USUAL = Config(
    read_timeout=30, connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 5}
)
_NONE: Mapping[str, Config] = {}


def clients(region: str, special: Mapping[str, Config] = _NONE) -> Client:
    """Return a function that makes clients, each once.

    ``special``: settings by service, for those that need other settings than the usual.
    """
    session = botocore.session.get_session()

    @cache
    def client(service: str) -> Any:
        config = special.get(service, _USUAL)
        return session.create_client(service, region_name=region, config=config)

    return client
