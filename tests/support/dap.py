"""A client of the Debug Adapter Protocol, as editors have one.

https://microsoft.github.io/debug-adapter-protocol/specification
"""

import json
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from local.debugger import HOST
from local.ports import DEBUG_PORT
from local.project import ROOT

_SECONDS = 30


def launch(folder: Path) -> dict[str, Any]:
    """Return what an editor sends to attach, but for the address."""
    text = (ROOT / ".vscode" / "launch.json").read_text()
    (settings,) = json.loads(text.replace("${workspaceFolder}", str(folder)))["configurations"]
    assert (settings["type"], settings["request"]) == ("debugpy", "attach")
    assert settings["connect"] == {"host": HOST, "port": DEBUG_PORT}
    return {key: settings[key] for key in ("pathMappings", "justMyCode")}


class Debugger:
    """A connection to a debug adapter; use it as a context manager."""

    def __init__(self, host: str, port: int) -> None:
        self._socket = socket.create_connection((host, port), timeout=_SECONDS)
        self._reader = self._socket.makefile("rb")
        self._sent = 0
        self._waiting: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._reader.close()
        self._socket.close()

    def attach(self, breakpoints: dict[Path, Sequence[int]], folder: Path) -> None:
        """Attach as `.vscode/launch.json` does, with breakpoints by file: the numbers of lines.

        ``folder`` is the one that the editor has opened.
        """
        self.request("initialize", adapterID="debugpy", pathFormat="path")
        attached = self._send("attach", **launch(folder))
        self.event("initialized")
        for path, lines in breakpoints.items():
            self.request(
                "setBreakpoints",
                source={"path": str(path)},
                breakpoints=[{"line": line} for line in lines],
            )
        self.request("configurationDone")
        self._response(attached)

    def variables(self) -> tuple[str, dict[str, str]]:
        """Wait until a thread stops; return the function's name and its local variables."""
        thread = self.event("stopped")["threadId"]
        (frame, *_) = self.request("stackTrace", threadId=thread)["stackFrames"]
        (scope, *_) = self.request("scopes", frameId=frame["id"])["scopes"]
        found = self.request("variables", variablesReference=scope["variablesReference"])
        values = {variable["name"]: variable["value"] for variable in found["variables"]}
        self.request("continue", threadId=thread)
        return frame["name"], values

    def request(self, command: str, **arguments: Any) -> dict[str, Any]:
        """Send a request, and return the body of its response."""
        return self._response(self._send(command, **arguments))

    def event(self, name: str) -> dict[str, Any]:
        """Return the body of the next event of that name."""
        message = self._next(lambda found: found.get("event") == name)
        body: dict[str, Any] = message.get("body", {})
        return body

    def _send(self, command: str, **arguments: Any) -> int:
        self._sent += 1
        message = {
            "seq": self._sent,
            "type": "request",
            "command": command,
            "arguments": arguments,
        }
        body = json.dumps(message).encode()
        self._socket.sendall(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        return self._sent

    def _response(self, request: int) -> dict[str, Any]:
        message = self._next(lambda found: found.get("request_seq") == request)
        assert message["success"], message
        body: dict[str, Any] = message.get("body") or {}
        return body

    def _next(self, wanted: Any) -> dict[str, Any]:
        for message in self._waiting:
            if wanted(message):
                self._waiting.remove(message)
                return message
        while True:
            message = self._read()
            if wanted(message):
                return message
            self._waiting.append(message)

    def _read(self) -> dict[str, Any]:
        length = 0
        while (line := self._reader.readline()) != b"\r\n":
            assert line, "the adapter has closed the connection"
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        message: dict[str, Any] = json.loads(self._reader.read(length))
        return message
