"""Receives changes of uploads over WebSockets, as a careful client does: it asks again."""

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from checks.chaos.soak.caller import Caller

_CREATED = 201
_SUBSCRIBED_SECONDS = 90
_ASK_AGAIN_SECONDS = 30
_UNSETTLED = ("waiting", "processing")


@dataclass(frozen=True, kw_only=True)
class Listeners:
    """A connection for each upload that is followed.

    Attributes:
        heard: by an input's number, the state in which its upload ended, as it was told.
        strays: numbers of inputs that were told of an upload of another.
    """

    caller: Caller
    heard: dict[int, str] = field(default_factory=dict)
    strays: list[int] = field(default_factory=list)
    _threads: list[threading.Thread] = field(default_factory=list)
    _over: threading.Event = field(default_factory=threading.Event)

    def follow(self, number: int, user_id: str, upload_id: str) -> bool:
        """Connect and subscribe; return False if that takes too long."""
        subscribed = threading.Event()
        question = {"action": "subscribe", "user": user_id, "upload": upload_id}
        thread = threading.Thread(
            target=self._follow, args=(number, upload_id, json.dumps(question), subscribed)
        )
        self._threads.append(thread)
        thread.start()
        return subscribed.wait(_SUBSCRIBED_SECONDS)

    def end(self, *, seconds: float) -> None:
        """Wait until every upload has ended or the time is up, and disconnect."""
        deadline = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0, deadline - time.monotonic()))
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _follow(
        self, number: int, upload_id: str, question: str, subscribed: threading.Event
    ) -> None:
        while not self._over.is_set() and number not in self.heard:
            answer = self.caller("POST", "/tickets")
            try:
                if answer.status == _CREATED:
                    with connect(answer.body["url"]) as socket:
                        self._listen(socket, number, upload_id, question, subscribed)
            except (OSError, WebSocketException):
                pass  # a lost connection: connect again
            self._over.wait(1)

    def _listen(
        self,
        socket: ClientConnection,
        number: int,
        upload_id: str,
        question: str,
        subscribed: threading.Event,
    ) -> None:
        asked = 0.0
        while not self._over.is_set() and number not in self.heard:
            if time.monotonic() - asked > _ASK_AGAIN_SECONDS:
                socket.send(question)
                asked = time.monotonic()
            try:
                message: dict[str, Any] = json.loads(socket.recv(timeout=1))
            except TimeoutError:
                continue
            if "upload" not in message:
                continue  # refused for now, such as 429 or 503: it asks again
            subscribed.set()
            if message["upload"]["id"] != upload_id:
                self.strays.append(number)
            elif message["upload"]["state"] not in _UNSETTLED:
                self.heard[number] = message["upload"]["state"]
