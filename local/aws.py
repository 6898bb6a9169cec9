"""AWS clients of the emulator, independent of this machine's AWS configuration."""

import http.client
import json
import os
import threading
from typing import Any
from urllib.parse import urlsplit

import botocore.credentials
import botocore.session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.configprovider import BOTOCORE_DEFAUT_SESSION_VARIABLES
from botocore.exceptions import BotoCoreError, ClientError

from local.credentials import Credentials

ACCOUNT_ID = "000000000000"

AwsError = (ClientError, BotoCoreError)

# AWS_PROFILE, ~/.aws or a proxy must not change where these calls go. So every setting has its
# default, and the environment is ignored.
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
# Or botocore would sign URLs with version 2, which S3 takes for no bucket made since 2020.
_S3_CONFIG = _CONFIG.merge(Config(signature_version="s3v4"))


class Aws:
    """One account of one emulator. It makes each service's client once (20-60 ms each)."""

    def __init__(self, endpoint: str, region: str, credentials: Credentials) -> None:
        self.endpoint = endpoint
        self.region = region
        self.credentials = credentials
        self._session = botocore.session.Session(session_vars=_SETTINGS)
        self._clients: dict[str, Any] = {}
        self._lock = threading.Lock()

    def client(self, service: str) -> Any:
        """Return the client of a service, by botocore's name. Threads may share it."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._session.create_client(
                    service,
                    region_name=self.region,
                    endpoint_url=self.endpoint,
                    aws_access_key_id=self.credentials.access_key,
                    aws_secret_access_key=self.credentials.secret_key,
                    aws_session_token=self.credentials.token,
                    config=_S3_CONFIG if service == "s3" else _CONFIG,
                )
            return self._clients[service]

    def sign(self, method: str, path: str, body: str = "") -> dict[str, str]:
        """Return headers that sign a request to the emulator's own interface, ``/_ministack/``."""
        request = AWSRequest(method, f"{self.endpoint}{path}", data=body.encode())
        given = self.credentials
        signer = botocore.credentials.Credentials(given.access_key, given.secret_key, given.token)
        SigV4Auth(signer, "ministack", self.region).add_auth(request)
        return dict(request.headers)

    def ask(self, method: str, path: str, body: str = "") -> Any:
        """Return the JSON that the emulator's own interface answers.

        Raises:
            OSError, http.client.HTTPException, ValueError: there is no answer, or it is not JSON.
        """
        connection = http.client.HTTPConnection(urlsplit(self.endpoint).netloc, timeout=60)
        try:
            connection.request(method, path, body or None, self.sign(method, path, body))
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()


def explain(error: Exception) -> str:
    """Return AWS's code and message, without botocore's wrapping."""
    if isinstance(error, ClientError):
        details = error.response.get("Error", {})
        return (
            f"{details.get('Code', 'error')}: {details.get('Message', '')} ({error.operation_name})"
        )
    return str(error)
