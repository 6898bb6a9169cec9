"""Calls the REST API as a careful client does: with a timeout, and with retries that are safe."""

import http.client
import json
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

_ATTEMPTS = 6
_SECONDS = 40
_SERVER_ERROR = 500
_TOO_MANY = 429


@dataclass(frozen=True)
class Answer:
    """What came of a request.

    Attributes:
        status: of the last attempt; None if it was not answered.
        body: JSON.
        doubtful: an earlier attempt failed in a way that may have been served all the same.
    """

    status: int | None
    body: Any
    doubtful: bool


class Caller:
    """Calls the API at ``url``, by way of a port that passes requests on."""

    def __init__(self, url: str, port: int) -> None:
        self._path = urlsplit(url).path
        self._host = urlsplit(url).hostname or ""
        self._port = port

    def __call__(
        self, method: str, path: str, body: str | None = None, key: str | None = None
    ) -> Answer:
        """Send a request until it is answered by anything but 429 and 5xx, six times at most."""
        headers = {"Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        doubtful = False
        for attempt in range(_ATTEMPTS):
            time.sleep(0.2 * attempt)
            status, content = self.once(method, path, body, headers)
            if status is not None and status != _TOO_MANY and status < _SERVER_ERROR:
                return Answer(status, content, doubtful)
            doubtful = doubtful or status != _TOO_MANY
        return Answer(status, content, doubtful)

    def once(
        self, method: str, path: str, body: str | None, headers: dict[str, str]
    ) -> tuple[int | None, Any]:
        """Make one attempt; return the status, None without an answer, and the content."""
        connection = http.client.HTTPConnection(self._host, self._port, timeout=_SECONDS)
        try:
            connection.request(method, self._path + path, body, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError):
            return None, None
        finally:
            connection.close()
