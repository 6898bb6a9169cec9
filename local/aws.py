"""AWS clients of the emulator, independent of this machine's AWS configuration."""

import os
import threading
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError, ClientError

ROOT_KEY = "test"
"""Access key and secret of the emulator's root account, which no policy limits."""

ACCOUNT_ID = "000000000000"

AwsError = (ClientError, BotoCoreError)

# Neither AWS_PROFILE nor ~/.aws nor a proxy may change where these calls go: every setting has
# its default, whatever the environment says.
_SETTINGS = {
    name: (None, None, default, conversion)
    for name, (_, _, default, conversion) in BOTOCORE_DEFAUT_SESSION_VARIABLES.items()
} | {
    "config_file": (None, None, os.devnull, None),
    "credentials_file": (None, None, os.devnull, None),
}

_CONFIG = Config(
    connect_timeout=5,
    read_timeout=90,  # an invocation answers when its function ends
    retries={"total_max_attempts": 1},  # the emulator either answers or is gone
    proxies={},
    max_pool_connections=32,
    s3={"addressing_style": "path"},
)


class Aws:
    """One account of one emulator; a client is made once for each service (20-60 ms each)."""

    def __init__(self, endpoint: str, region: str) -> None:
        self.endpoint = endpoint
        self.region = region
        self._session = botocore.session.Session(session_vars=_SETTINGS)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """Give the client of a service, by botocore's name of it; threads may share it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.endpoint,
                    aws_access_key_id=ROOT_KEY,
                    aws_secret_access_key=ROOT_KEY,
                    config=_CONFIG,
                )
            return self._clients[service]

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def explain(error: Exception) -> str:
    """Say what AWS said: its code and message, without botocore's wrapping."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return (
            f"{details.get('Code', 'error')}: {details.get('Message', '')} ({error.operation_name})"
        )
    return str(error)
