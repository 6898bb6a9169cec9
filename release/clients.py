"""Clients of a region, with the credentials of this shell."""

from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config

from release.command import Client

_CONFIG = Config(
    read_timeout=30, connect_timeout=10, retries={"mode": "standard", "total_max_attempts": 5}
)


def clients(region: str) -> Client:
    """Give what makes clients, each made once."""
    session = botocore.session.get_session()

    @cache
    def client(service: str) -> Any:
        return session.create_client(service, region_name=region, config=_CONFIG)

    return client
