"""What a caller does to hear of uploads: with a ticket of the API, and a real WebSocket."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.sync.client import ClientConnection, connect

from local.cloud import Cloud
from tests.support.e2e.system import Api, until


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


def subscribers(cloud: Cloud, upload: str) -> set[str]:
    """Return the connections whose subscriptions to an upload are stored."""
    return {id_ for topic, id_ in _stored(cloud) if topic.endswith(upload)}


def leave(listener: Listener, cloud: Cloud, upload: str) -> None:
    """Close one connection of an upload's subscribers, and wait until the API knows that.

    The emulator takes half a second: what is sent until then is lost without an error.
    """
    connections = {(f"connection#{one}", "-") for one in subscribers(cloud, upload)}
    listener.socket.close()
    until(lambda: len(connections - _stored(cloud)) == 1)


def _stored(cloud: Cloud) -> set[tuple[str, str]]:
    """Return the keys of the table of connections and subscriptions."""
    found = cloud.client("dynamodb").scan(TableName=cloud.outputs["live_table_name"])["Items"]
    return {(item["topic"]["S"], item["id"]["S"]) for item in found}
