"""Makes clients of a region's services, or of a stack's emulator."""

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
INVOCATIONS: Mapping[str, Config] = {
    "lambda": Config(
        # A function may run for 15 minutes, and a retry would start it a second time.
        read_timeout=920,
        connect_timeout=10,
        tcp_keepalive=True,
        retries={"mode": "standard", "total_max_attempts": 1},
    )
}
"""Settings for clients that invoke functions, and wait for them."""

_NONE: Mapping[str, Config] = {}


def clients(
    region: str, special: Mapping[str, Config] = _NONE, *, emulator: str | None = None
) -> Client:
    """Return a function that makes clients, each once.

    Args:
        region: where the stack is.
        special: by service, settings that differ from the usual ones.
        emulator: URL of the stack's emulator; its clients do not get this shell's credentials. None
            for AWS.
    """
    session = botocore.session.get_session()
    key = "test" if emulator else None  # as in infra/emulator.py

    @cache
    def client(service: str) -> Any:
        config = special.get(service, _USUAL)
        return session.create_client(
            service,
            region_name=region,
            config=config,
            endpoint_url=emulator,
            aws_access_key_id=key,
            aws_secret_access_key=key,
        )

    return client
