"""The connection to SendGrid: what surely was not sent, and what perhaps was."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException

from botocore.httpsession import get_cert_path
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from handlers.runtime import deadline
from handlers.send_email.mailer import Unreachable

_CONNECT_SECONDS = 2
"""Time-out of connecting, and again of the TLS handshake: it may be on another continent."""

_ANSWER_SECONDS = 8
_IDLE_SECONDS = 5
"""A connection that was idle for longer may be closed by the other side at any moment."""

_MOST_BODY = 16_384


class Unanswered(Exception):
    """SendGrid was sent the e-mail, and nobody knows whether it accepted it."""


@dataclass(frozen=True)
class Answer:
    """SendGrid's answer; ``body`` has its beginning if the caller reads bodies of this status."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Connection:
    """Makes one request after another by one connection, made when it is needed.

    Args:
        url: the API's, such as https://api.sendgrid.com.
        reads: the statuses whose bodies matter.
        now: returns the time in seconds since 1970.
    """

    def __init__(
        self, url: str, *, reads: frozenset[int], now: Callable[[], float] = time.time
    ) -> None:
        self._url = parse_url(url)
        self._reads = reads
        self._now = now
        self._connection: HTTPConnection | None = None
        self._used_at = 0.0

    def post(self, path: str, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Make one request.

        Raises:
            Unreachable: nothing was sent; there is no connection.
            Unanswered: perhaps it was sent.
            deadline.OutOfTime: nothing was sent; there is too little time left.
        """
        connection = self._connected()
        seconds = deadline.answer_seconds(_ANSWER_SECONDS)
        connection.timeout = seconds
        if connection.sock:
            connection.sock.settimeout(seconds)
        try:
            return self._request(connection, path, body, headers)
        except (OSError, HTTPException, HTTPError) as error:
            self._close()
            raise Unanswered(type(error).__name__) from error

    def is_open(self) -> bool:
        """Return True if the next request needs no new connection."""
        fresh = 0 <= self._now() - self._used_at < _IDLE_SECONDS
        return fresh and self._connection is not None and self._connection.is_connected

    def __del__(self) -> None:
        self._close()

    def _close(self) -> None:
        if self._connection:
            self._connection.close()
            self._connection = None

    def _request(
        self, connection: HTTPConnection, path: str, body: bytes, headers: Mapping[str, str]
    ) -> Answer:
        target = f"{(self._url.path or '').rstrip('/')}{path}"
        connection.request("POST", target, body=body, headers=headers, preload_content=False)
        response = connection.getresponse()
        read = b""
        if response.headers.get("Content-Length") == "0":
            response.read()
        else:
            # Most statuses say it all; an endless body must not take the time.
            if response.status in self._reads:
                read = response.read1(_MOST_BODY)
            self._close()
        self._used_at = self._now()
        return Answer(response.status, response.headers, read)

    def _connected(self) -> HTTPConnection:
        """Return a connection that is open; make another if it was idle for long."""
        if self._connection and self.is_open():
            return self._connection
        self._close()
        deadline.answer_seconds(_ANSWER_SECONDS, connecting=2 * _CONNECT_SECONDS)
        connection = self._new()
        try:
            connection.connect()
        except (OSError, HTTPError) as error:
            connection.close()
            raise Unreachable(type(error).__name__) from error
        self._connection = connection
        return connection

    def _new(self) -> HTTPConnection:
        host, port = self._url.host or "", self._url.port
        if self._url.scheme != "https":
            return HTTPConnection(host, port, timeout=_CONNECT_SECONDS)
        certificates = get_cert_path(True)  # as botocore
        return HTTPSConnection(host, port, timeout=_CONNECT_SECONDS, ca_certs=certificates)
