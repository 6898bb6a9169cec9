"""Measures cold starts from another process: ``python probe.py PORT`` serves requests for it.

Each ``POST /measure`` starts the real runtime interface client (``awslambdaric``) with a handler in
its own process, against a runtime API that this process serves. It measures the time from the spawn
to the first request for an invocation (the end of INIT), and to the first response. Time in which
the handler's process waited for a processor does not count, so a busy machine changes little.

``POST /run`` runs a script in the same place. This module uses the standard library only, because
it runs inside images, with their own Python. https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

_TIMEOUT = 60
_LIFETIME = 3600


class Failed(Exception):
    """A handler did not start, or did not answer; says how."""


class RuntimeApi(ThreadingHTTPServer):
    """Hands out one event, and notes when it was asked for and when it was answered."""

    daemon_threads = True

    def __init__(self, event: Any) -> None:
        super().__init__(("127.0.0.1", 0), _Invocation)
        self.event = json.dumps(event).encode()
        self.notes: queue.Queue[tuple[str, float, bytes]] = queue.Queue()
        self.asked = False
        self.begun = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        """Start the process that requests invocations."""
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        return self.process

    def seconds(self) -> float:
        """Return the time since the spawn, without that in which others had the processors."""
        now = time.perf_counter()
        return now - self.begun - (waited(self.process.pid) if self.process else 0)

    def handle_error(self, *_: Any) -> None:
        """Ignore the error: the process was ended while it requested a second invocation."""

    def note(self, expected: str) -> tuple[float, bytes]:
        """Wait for the next event; return its time and what was sent with it."""
        try:
            kind, seconds, body = self.notes.get(timeout=_TIMEOUT)
        except queue.Empty:
            raise Failed(f"no {expected} within {_TIMEOUT} s") from None
        if kind != expected:
            raise Failed(f"{kind} in place of {expected}: {body.decode()}")
        return seconds, body


def waited(process: int) -> float:
    """Return the seconds that a process was ready to run and did not; 0 where nobody counts them.

    https://docs.kernel.org/scheduler/sched-stats.html#proc-pid-schedstat
    """
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[1]) / 1e9
    except FileNotFoundError:
        return 0


class _Quiet(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out at once, and not its headers first

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Write nothing."""


class _Invocation(_Quiet):
    server: RuntimeApi

    def do_GET(self) -> None:
        """Answer ``/next`` with the event, and a second request never."""
        self.server.notes.put(("next", self.server.seconds(), b""))
        if self.server.asked:
            threading.Event().wait(_TIMEOUT)
            return
        self.server.asked = True
        headers = {
            "Content-Type": "application/json",  # without it the client crashes
            "Lambda-Runtime-Aws-Request-Id": "bench",
            "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:::function:bench",
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + _TIMEOUT) * 1000)),
        }
        self.answer(200, self.server.event, headers)

    def do_POST(self) -> None:
        """Record the answer that comes to ``/response`` or ``/error``."""
        seconds = self.server.seconds()
        self.server.notes.put((self.path.rpartition("/")[2], seconds, self.body()))
        self.answer(202, b"")


def measure(handler: str, event: Any, environment: dict[str, str]) -> dict[str, Any]:
    """Start a handler cold, and invoke it once.

    Args:
        handler: ``module.function``.
        event: what it is invoked with.
        environment: the function's variables.

    Returns:
        ``init`` and ``first``, seconds from the spawn, and the ``answer``.

    Raises:
        Failed: it did not start, or failed.
    """
    with RuntimeApi(event) as api:
        threading.Thread(target=api.serve_forever, daemon=True).start()
        address = f"127.0.0.1:{api.server_address[1]}"
        environ = {**os.environ, **environment, "AWS_LAMBDA_RUNTIME_API": address}
        command = [sys.executable, "-m", "awslambdaric", handler]
        process = api.start(command, environ)
        try:
            init, _ = api.note("next")
            first, body = api.note("response")
        finally:
            process.kill()
            process.wait()
            api.shutdown()
    return {"init": init, "first": first, "answer": json.loads(body)}


def run(arguments: list[str], environment: dict[str, str]) -> Any:
    """Run one of this folder's scripts, and return the JSON that it prints."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, env={**os.environ, **environment}, capture_output=True)
    if done.returncode:
        raise Failed(done.stderr.decode())
    return json.loads(done.stdout)


_ACTIONS: dict[str, Callable[..., Any]] = {"/measure": measure, "/run": run}


class _Request(_Quiet):
    def do_POST(self) -> None:
        """Serve one request at a time."""
        try:
            result = _ACTIONS[self.path](**json.loads(self.body()))
            self.answer(200, json.dumps(result).encode())
        except Failed as error:
            self.answer(500, str(error).encode())


if __name__ == "__main__":
    signal.alarm(_LIFETIME)  # should nobody be left to end it
    HTTPServer(("127.0.0.1", int(sys.argv[1])), _Request).serve_forever()
