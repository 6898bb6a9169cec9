"""Checks whether a Docker engine of this machine answers, in milliseconds, without a library."""

import os
import socket

_DEFAULT = "unix:///var/run/docker.sock"
SECONDS = 1.0


def address() -> str:
    """Return the engine's address: ``DOCKER_HOST``, or this machine's usual socket."""
    return os.environ.get("DOCKER_HOST") or _DEFAULT


def problem() -> str | None:
    """Return why no engine of this machine can be used, or None if one answers.

    The containers of another machine's engine could not reach the emulator, which listens only for
    this machine.
    """
    where = address()
    scheme, _, path = where.partition("://")
    if scheme != "unix":
        return (
            f"DOCKER_HOST is {where}, and functions can only run on this machine's own engine "
            "(unix://…)."
        )
    if not _answers(path):
        return f"No Docker engine answers on {where}."
    return None


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(SECONDS)
        try:
            connection.connect(path)
            connection.sendall(b"GET /_ping HTTP/1.0\r\nHost: docker\r\n\r\n")
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
        except OSError:
            return False
