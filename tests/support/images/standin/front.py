"""Stands in for the runtime interface emulator of the real base image, which serves the same.

Takes events on port 8080 and hands them, one at a time, to a runtime interface client that asks
for them on the port of the runtime API. Writes the platform's lines of each invocation to the log.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
https://github.com/aws/aws-lambda-runtime-interface-emulator
"""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INVOKE = "/2015-03-31/functions/function/invocations"
RUNTIME = "/2018-06-01/runtime"
RUNTIME_API = ("127.0.0.1", 9001)
TIMEOUT = float(os.environ.get("AWS_LAMBDA_FUNCTION_TIMEOUT", "300"))
DEFAULTS = {
    "AWS_LAMBDA_FUNCTION_NAME": "test_function",
    "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3008",
    "AWS_LAMBDA_LOG_GROUP_NAME": "/aws/lambda/Functions",
    "AWS_LAMBDA_LOG_STREAM_NAME": "$LATEST",
    "AWS_REGION": "us-east-1",
    "AWS_EXECUTION_ENV": "AWS_Lambda_python3.13",
}
MEMORY = os.environ.get(
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", DEFAULTS["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"]
)


class Environment:
    """One process that runs the handler, with what goes to it and what comes from it."""

    def __init__(self, command: list[str]) -> None:
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: queue.Queue[bytes] = queue.Queue()
        self.started = threading.Event()
        variables = {**DEFAULTS, **os.environ, "_HANDLER": command[0]}
        variables["AWS_LAMBDA_RUNTIME_API"] = f"{RUNTIME_API[0]}:{RUNTIME_API[1]}"
        self._process = subprocess.Popen(
            [sys.executable, "-m", "awslambdaric", *command], env=variables
        )
        threading.Thread(target=self._watch, daemon=True).start()

    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _watch(self) -> None:
        status = self._process.wait()
        self.started.set()
        self.answers.put(error("Runtime.ExitError", f"Runtime exited with status {status}"))


class Function:
    """Invokes the handler, one event at a time; in a new environment where the last one ended."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._turn = threading.Lock()
        self.environment = Environment(command)

    def invoke(self, identifier: str, event: bytes) -> bytes:
        with self._turn:
            log(f"START RequestId: {identifier} Version: $LATEST")
            started = time.monotonic()
            answer = self._answer(identifier, event)
            millis = (time.monotonic() - started) * 1_000
            log(f"END RequestId: {identifier}")
            log(
                f"REPORT RequestId: {identifier}\tDuration: {millis:.2f} ms\t"
                f"Billed Duration: {millis:.0f} ms\tMemory Size: {MEMORY} MB\t"
                f"Max Memory Used: {MEMORY} MB\t"
            )
            return answer

    def _answer(self, identifier: str, event: bytes) -> bytes:
        if not self.environment.alive():
            self.environment = Environment(self._command)
        self.environment.events.put((identifier, event))
        self.environment.started.wait()  # the function's time begins after its start
        try:
            return self.environment.answers.get(timeout=TIMEOUT)
        except queue.Empty:
            self.environment.kill()
            return error("Sandbox.Timedout", f"Task timed out after {TIMEOUT:.2f} seconds")


def log(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def error(kind: str, message: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": message}).encode()


class Handler(BaseHTTPRequestHandler):
    """What both ports share."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1  # an answer goes out at once, and not its headers first
    function: Function

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {**(headers or {}), "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Write nothing: the log is the function's."""


class Front(Handler):
    """Port 8080."""

    def do_POST(self) -> None:
        event = self.body()
        if self.path == INVOKE:
            identifier = self.headers.get("X-Amzn-RequestId") or str(uuid.uuid4())
            answer = self.function.invoke(identifier, event)
            self.answer(200, answer, {"Content-Type": "application/json"})
        else:
            self.answer(404, b"")


class RuntimeApi(Handler):
    """What the runtime interface client talks to."""

    def do_GET(self) -> None:
        if self.path != f"{RUNTIME}/invocation/next":
            return self.answer(404, b"")
        self.function.environment.started.set()
        identifier, event = self.function.environment.events.get()
        name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", DEFAULTS["AWS_LAMBDA_FUNCTION_NAME"])
        region = os.environ.get("AWS_REGION", DEFAULTS["AWS_REGION"])
        headers = {
            "Content-Type": "application/json",
            "Lambda-Runtime-Aws-Request-Id": identifier,
            "Lambda-Runtime-Deadline-Ms": str(int((time.time() + TIMEOUT) * 1000)),
            "Lambda-Runtime-Invoked-Function-Arn": (
                f"arn:aws:lambda:{region}:012345678912:function:{name}"
            ),
        }
        return self.answer(200, event, headers)

    def do_POST(self) -> None:
        content = self.body()
        # An error of the initialisation ends the process, which then is the answer.
        if self.path.startswith(f"{RUNTIME}/invocation/"):
            self.function.environment.answers.put(content)
        self.answer(202, b"")


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit("entrypoint requires the handler name to be the first argument")
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    runtime_api = ThreadingHTTPServer(RUNTIME_API, RuntimeApi)
    threading.Thread(target=runtime_api.serve_forever, daemon=True).start()
    Handler.function = Function(sys.argv[1:])
    ThreadingHTTPServer(("", 8080), Front).serve_forever()


main()
