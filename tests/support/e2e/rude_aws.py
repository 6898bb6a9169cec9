"""An AWS that fails every call, and repeats in its error all that it was sent."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from xml.sax.saxutils import escape

MANNERS = ("refuse", "garble", "throttle", "drop")
"""How it fails; ``hang`` is one more: bytes come, and no time-out of a client ends that."""

_CODES = {
    # Of services whose errors are JSON, and of S3.
    "refuse": (400, "ValidationException", "InvalidArgument"),
    "throttle": (400, "ThrottlingException", "SlowDown"),
}
_HANG_SECONDS = 20


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # All functions connect at once. Where the queue is full, connecting takes a second more, which
    # is all the time that a function's client has for it (handlers/runtime/deadline.py).
    request_queue_size = 128


class RudeAws:
    """A server on one address; set ``manner`` before a call.

    The first part of each path says who called: the callers so far are in ``callers``.
    """

    def __init__(self, host: str) -> None:
        self.manner = MANNERS[0]
        self.callers: set[str] = set()
        self._server = _Server((host, 0), self._handler())
        self.port: int = self._server.server_address[1]

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def stop(self) -> None:
        self._server.shutdown()
        self.close()

    def close(self) -> None:
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        rude = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                heard = f"{self.path} {dict(self.headers)} {body.decode(errors='replace')}"
                rude.callers.add(self.path.split("/")[1])
                json_asked = "x-amz-target" in self.headers or "/v2/email" in self.path
                status, sent = reply(rude.manner, heard, xml=not json_asked)
                if sent is None:
                    if rude.manner == "hang":
                        self.hang()
                    self.close_connection = True
                    return
                self.send_response(status)
                self.send_header("Content-Length", str(len(sent)))
                self.end_headers()
                self.wfile.write(sent if self.command != "HEAD" else b"")

            def hang(self) -> None:
                with suppress(OSError):  # the other side has gone
                    self.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
                    for _ in range(_HANG_SECONDS * 5):
                        self.wfile.write(b"x")
                        time.sleep(0.2)

            do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


def reply(manner: str, heard: str, *, xml: bool) -> tuple[int, bytes | None]:
    """Return status and body, or no body where no answer comes; S3's errors are XML."""
    if manner in _CODES:
        status, code, code_of_s3 = _CODES[manner]
        if xml:
            text = f"<Error><Code>{code_of_s3}</Code><Message>{escape(heard)}</Message></Error>"
            return status, text.encode()
        return status, json.dumps({"__type": code, "message": heard}).encode()
    return 200, f"<<{heard}".encode() if manner == "garble" else None


@contextmanager
def rude_aws(host: str) -> Iterator[RudeAws]:
    server = RudeAws(host)
    thread = threading.Thread(target=server.serve)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        thread.join()
