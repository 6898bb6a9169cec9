"""Forwards HTTP requests, one thread for each connection, and injects faults.

Requests are forwarded unchanged, ``Host`` included, because AWS's signature covers it.
"""

import contextlib
import http.client
import socket
import sys
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from checks.chaos.calls import Call, call
from checks.chaos.fault_plan import Fault
from checks.chaos.refusals import Response, refusal

LOOPBACK = "127.0.0.1"
_UPSTREAM_SECONDS = 120
_FRAMING = {"connection", "keep-alive", "transfer-encoding"}  # of one connection, not of the reply


class Server(ThreadingHTTPServer):
    """A server that passes requests on to another one.

    Args:
        host: where both servers are.
        upstream: the other one's port.
        meet: returns the fault that a call meets.
        note: is called with each fault once it has its effect: a call whose reply is delayed or
            lost was carried out by then.
        broken: is called with calls that the other server did not answer.
        watch: is called with every call that is passed on, and its body.
    """

    daemon_threads = False  # so that closing waits for them
    request_queue_size = 128

    def __init__(
        self,
        host: str,
        upstream: int,
        *,
        meet: Callable[[Call], Fault | None],
        note: Callable[[Fault], None],
        broken: Callable[[Call], None],
        watch: Callable[[Call, bytes], None],
    ) -> None:
        super().__init__((host, 0), _Handler)
        self.host = host
        self.upstream = upstream
        self.meet = meet
        self.note = note
        self.broken = broken
        self.watch = watch
        self.ending = threading.Event()
        self._open: set[Any] = set()
        self._lock = threading.Lock()

    def get_request(self) -> tuple[Any, Any]:
        """Accept a connection, and remember it until it is closed."""
        connection, address = super().get_request()
        with self._lock:
            self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print what went wrong, unless a client was killed in the middle of its call."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def end(self) -> None:
        """Stop serving, cut every connection and wait for its thread."""
        self.shutdown()
        self.ending.set()
        with self._lock:
            for connection in self._open:
                _cut(connection)
        self.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Server

    def _serve(self) -> None:
        if "Transfer-Encoding" in self.headers:  # no client of this system sends such a body
            self.send_error(411)
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        called = call(self.command, self.path, self.headers)
        response = self._carry_out(called, body, self.server.meet(called))
        if response is None:
            self.close_connection = True
            _cut(self.connection)
        else:
            self._answer(response)

    # The names that the base class looks for.
    do_DELETE = do_GET = do_HEAD = do_OPTIONS = do_PATCH = do_POST = do_PUT = _serve  # noqa: N815

    def _carry_out(self, called: Call, body: bytes, fault: Fault | None) -> Response | None:
        """Apply a fault to a request; return None if the caller gets no response."""
        if fault is None:
            return self._pass_on(called, body)
        if fault.on_reply:
            response = self._pass_on(called, body)
            self.server.note(fault)
            if fault.kind == "lose_reply" or self.server.ending.wait(fault.seconds):
                return None
            return response
        self.server.note(fault)
        match fault.kind:
            case "throttle" | "fail" | "refuse":
                return refusal(called.service, fault.kind)
            case "drop":
                return None
        ended = self.server.ending.wait(fault.seconds)
        return None if ended else self._pass_on(called, body)

    def _pass_on(self, called: Call, body: bytes) -> Response | None:
        """Forward the request; return None if the server does not answer."""
        if len(body) < int(self.headers.get("Content-Length", 0)):
            return None  # the client was killed in the middle of it
        self.server.watch(called, body)
        # A connection for each request: none is reused that the server has just closed.
        connection = http.client.HTTPConnection(
            self.server.host, self.server.upstream, timeout=_UPSTREAM_SECONDS
        )
        try:
            connection.putrequest(
                self.command, self.path, skip_host=True, skip_accept_encoding=True
            )
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return Response(
                answer.status,
                [(k, v) for k, v in answer.getheaders() if k.lower() not in _FRAMING],
                answer.read(),
            )
        except (OSError, http.client.HTTPException):
            self.server.broken(called)
            return None
        finally:
            connection.close()

    def _answer(self, response: Response) -> None:
        self.send_response_only(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if all(name.lower() != "content-length" for name, _ in response.headers):
            self.send_header("Content-Length", str(len(response.body)))
        # The client may have given up meanwhile.
        with contextlib.suppress(ConnectionError):
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(response.body)

    def log_message(self, *_: Any) -> None:
        """Log nothing: injected faults are counted."""


def _cut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):  # it is closed already
        connection.shutdown(socket.SHUT_RDWR)
