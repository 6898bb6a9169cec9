"""The WebSocket API's clients, to whom this function sends."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, Literal

from botocore.exceptions import BotoCoreError, ClientError

AT_ONCE = 10
"""Messages that are sent at the same time: one that takes long does not hold up the others."""

Result = Literal["sent", "gone", "not_sent"]


class Clients:
    """Sends messages with botocore's client of one API's connections."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, connections: Iterable[str], message: str) -> dict[str, Result]:
        """Send a message to connections (``execute-api:ManageConnections``).

        Returns:
            What became of it, by connection. ``gone``: the client has disconnected.
        """
        listed = list(connections)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            calls = [pool.submit(copy_context().run, self._send, c, message) for c in listed]
        return {c: call.result() for c, call in zip(listed, calls, strict=True)}

    def _send(self, connection: str, message: str) -> Result:
        try:
            self._client.post_to_connection(ConnectionId=connection, Data=message.encode())
        except self._client.exceptions.GoneException:
            return "gone"
        except (ClientError, BotoCoreError):
            return "not_sent"
        return "sent"
