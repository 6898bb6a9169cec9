"""A server on loopback that behaves badly, in place of AWS, and an invocation in it."""

import json
import os
import socket
import socketserver
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest


@dataclass
class Request:
    """One request: the connection that it came on, and its number there; both count from 0."""

    target: str
    connection: int
    number: int
    peer: socket.socket
    head: dict[str, str]
    body: bytes = b""

    def answer(self, body: Any = None, *, status: int = 200, **headers: str) -> None:
        content = json.dumps(body or {}).encode()
        fields = {"Content-Length": str(len(content)), **headers}
        lines = "".join(f"{name.replace('_', '-')}: {text}\r\n" for name, text in fields.items())
        head = f"HTTP/1.1 {status} Any\r\n{lines}\r\n"
        self.peer.sendall(head.encode() + content)

    def reset(self) -> None:
        """End the connection with RST in place of FIN."""
        self.peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        os.close(self.peer.detach())  # at once: a socket waits for the files made of it


Behaviour = Callable[[Request], object]


@dataclass
class BadServer:
    behave: Behaviour
    port: int
    over: threading.Event = field(default_factory=threading.Event)
    requests: list[Request] = field(default_factory=list)

    def silent(self, request: Request) -> None:
        """Keep the connection open without a response until the test ends."""
        self.over.wait()

    def hang(self, seconds: float) -> Behaviour:
        """Answer late."""

        def behave(request: Request) -> None:
            time.sleep(seconds)
            request.answer()

        return behave


@contextmanager
def bad_server() -> Iterator[BadServer]:
    """Run one; tell it how to ``behave``."""
    connections = iter(range(1000))

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            connection = next(connections)
            for number in range(1000):
                try:
                    head = self._head()
                    if head is None:
                        return
                    body = self.rfile.read(int(head.get("content-length", 0)))
                    target = head.get("x-amz-target") or head[""]
                    request = Request(target, connection, number, self.request, head, body)
                    state.requests.append(request)
                    state.behave(request)
                except (OSError, ValueError):
                    return  # one side has closed the connection

        def finish(self) -> None:
            with suppress(OSError, ValueError):
                super().finish()

        def _head(self) -> dict[str, str] | None:
            first = self.rfile.readline().decode()
            if not first:
                return None
            lines = iter(lambda: self.rfile.readline().decode().strip(), "")
            fields = (line.partition(":") for line in lines)
            return {"": first.strip()} | {n.lower(): value.strip() for n, _, value in fields}

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False

    with Server(("127.0.0.1", 0), Handler) as server:
        state = BadServer(behave=Request.answer, port=server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield state
        finally:
            state.over.set()
            server.shutdown()
            thread.join()


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[BadServer]:
    with bad_server() as running:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{running.port}")
        monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
        yield running


LEAST = 3.5
"""Seconds that must be left for a call: the reserve, connecting, TLS, and half a second to read."""


class Invocation:
    """Lambda's context of a function that has so many seconds left."""

    aws_request_id = "8f6c1c9e-6f0a-4c7e-9d52-0a1f6f6c2b11"

    def __init__(self, seconds: float) -> None:
        self.ends = time.monotonic() + seconds

    def get_remaining_time_in_millis(self) -> int:
        return max(0, int((self.ends - time.monotonic()) * 1000))
