"""What a caller does to hear of uploads: with a ticket of the API, and a real WebSocket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from tests.support.e2e.system import Api


def ticket(api: Api) -> str:
    """Return a URL to connect to, once."""
    answer = api("POST", "/tickets")
    assert answer.status == 201, answer
    url: str = answer.body["url"]
    return url


@contextmanager
def listening(api: Api) -> Iterator["Listener"]:
    """Connect with a new ticket."""
    with connect(ticket(api), open_timeout=20) as socket:
        yield Listener(socket)


class Listener:
    """One connection."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket

    def asks(self, user: str, upload: str, action: str = "subscribe") -> Any:
        """Send a message, and return the next one that comes."""
        self.socket.send(json.dumps({"action": action, "user": user, "upload": upload}))
        return self.hears()

    def hears(self, seconds: float = 20) -> Any:
        """Return the next message."""
        return json.loads(self.socket.recv(timeout=seconds))

    def settled(self, seconds: float = 30) -> list[Any]:
        """Return the messages until an upload is neither waiting nor in work."""
        heard = [self.hears(seconds)]
        while heard[-1]["upload"]["state"] in ("waiting", "processing"):
            heard.append(self.hears(seconds))
        return heard
