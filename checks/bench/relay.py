"""Counts the bytes on a function's connections from outside the function."""

import contextlib
import hashlib
import socket
import socketserver
import threading
from typing import Self

TOKEN = hashlib.sha512(b"content").digest()
"""Content that is to be counted repeats these 64 bytes, which nothing else contains."""


class Relay(socketserver.ThreadingTCPServer):
    """Passes connections on to a port of this machine, and counts the bytes of both directions.

    Attributes:
        passed: all bytes.
        content: those of ``TOKEN``, to its length.
    """

    daemon_threads = False  # so that closing waits for what they count
    request_queue_size = 128

    def __init__(self, upstream: int) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream = upstream
        self.passed = self.content = 0
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self.serve_forever)

    @property
    def url(self) -> str:
        """The port or URL it listens on."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def count(self, passed: int, content: int) -> None:
        """Add the bytes that one connection passed on."""
        with self._lock:
            self.passed += passed
            self.content += content

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()


class _Connection(socketserver.BaseRequestHandler):
    server: Relay

    def handle(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.upstream)) as upstream:
            answers = threading.Thread(target=self._pass_on, args=(upstream, self.request))
            answers.start()
            self._pass_on(self.request, upstream)
            answers.join()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        """Forward bytes until one side closes its end, then close the other side."""
        tail = b""
        with contextlib.suppress(ConnectionError):  # the function closed it over unread content
            while data := source.recv(65_536):
                target.sendall(data)
                window = tail + data
                found = window.count(TOKEN)
                self.server.count(len(data), found * len(TOKEN))
                rest = window[window.rfind(TOKEN) + len(TOKEN) :] if found else window
                tail = rest[1 - len(TOKEN) :]
        for end in (source, target):
            with contextlib.suppress(OSError):  # it is closed already
                end.shutdown(socket.SHUT_RDWR)
