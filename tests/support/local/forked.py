"""Runs `app` commands in processes of their own, which a server forks.

The server has imported what the commands import: a start takes no second of processor time.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path
from subprocess import CompletedProcess

import cli
import local.up

_MODULES = ["cli", "local.apply", "local.deployer", "local.up", "local.watch"]
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(_MODULES)


class Command:
    """A command that runs: ``stdout`` and ``stderr`` are what it prints."""

    def __init__(
        self,
        root: Path,
        *arguments: str,
        environment: Mapping[str, str] | None = None,
        debug_port: int | None = None,
    ) -> None:
        """Start it; ``debug_port`` stands in for the port that `app up --debug` uses."""
        pipes = [_context.Pipe(duplex=False) for _ in range(2)]
        ours, theirs = zip(*pipes, strict=True)
        self._process = _context.Process(
            target=_run, args=(root, arguments, dict(environment or {}), debug_port, *theirs)
        )
        self._process.start()
        for end in theirs:
            end.close()
        self.stdout, self.stderr = (os.fdopen(os.dup(end.fileno())) for end in ours)
        for end in ours:
            end.close()

    @property
    def returncode(self) -> int | None:
        """The exit code, or the negative number of the signal that ended it."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal."""
        assert self._process.pid
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it by force."""
        self._process.kill()

    def wait(self, timeout: float) -> int | None:
        """Wait until it has ended, and return its exit code; after some seconds, kill it."""
        self._process.join(timeout)
        if self._process.is_alive():
            self.kill()
            self._process.join()
        return self.returncode

    def communicate(self, timeout: float = 120) -> tuple[str, str]:
        """Wait likewise; return the rest of what it printed. May be called twice."""
        if self.stdout.closed:
            return "", ""
        with ThreadPoolExecutor(2) as pool:
            printed = [pool.submit(stream.read) for stream in (self.stdout, self.stderr)]
            self.wait(timeout)
        self.stdout.close()
        self.stderr.close()
        return printed[0].result(), printed[1].result()


def run(
    root: Path,
    *arguments: str,
    environment: Mapping[str, str] | None = None,
    debug_port: int | None = None,
) -> CompletedProcess[str]:
    """Run a command to its end."""
    command = Command(root, *arguments, environment=environment, debug_port=debug_port)
    printed = command.communicate()
    assert command.returncode is not None
    return CompletedProcess(arguments, command.returncode, *printed)


def _run(
    root: Path,
    arguments: tuple[str, ...],
    environment: dict[str, str],
    debug_port: int | None,
    stdout: Connection,
    stderr: Connection,
) -> None:
    for descriptor, pipe in enumerate((stdout, stderr), 1):
        os.dup2(pipe.fileno(), descriptor)
        pipe.close()
    os.environ.update(environment)
    local.up.DEBUG_PORT = debug_port or local.up.DEBUG_PORT
    sys.argv = ["app", *arguments]
    cli.run(root)
