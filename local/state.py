"""Stores the state of the running local cloud in ``.local/``, and checks that it still runs.

The emulator inherits an open, locked file. The operating system releases the lock when the last
process that holds it ends, however it ends. So the lock shows whether the emulator is alive, even
if another process got its process id. It also keeps two ``up`` from racing.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from local import private_file
from local.credentials import Credentials
from local.deployed import Deployed
from local.emulator import remove_containers
from local.errors import LocalError, NotRunning
from local.history.store import FILE as HISTORY

if TYPE_CHECKING:
    from local.aws import Aws


class State(BaseModel):
    """One running local cloud, as ``.local/state.json`` keeps it."""

    model_config = ConfigDict(extra="forbid")

    pid: int
    port: int
    region: str
    stack: str
    started: datetime
    live: bool = Field(True, description="Whether functions run the sources of this folder.")
    keep: bool = Field(False, description="Whether its data are for the next `app up --keep`.")
    instance: str | None = Field(None, description="Label of its containers; None for workers.")
    stopping: bool = Field(False, description="Whether `down` has begun to stop it.")
    credentials: Credentials = Field(repr=False, description="The root account's.")
    deployed: Deployed

    @property
    def endpoint(self) -> str:
        """URL of the emulator."""
        return f"http://127.0.0.1:{self.port}"

    def clients(self) -> Aws:
        """Return the root account's clients."""
        from local.aws import Aws  # loads the AWS SDK, which not every command needs

        return Aws(self.endpoint, self.region, self.credentials)


class StateDirectory:
    """The folder ``.local/`` of a project: the state, the lock, and the emulator's own folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / ".local"
        self.emulator = self.path / "emulator"
        self.history = self.path / HISTORY
        self.kept = self.path / "kept"
        self._state = self.path / "state.json"
        self._lock = self.path / "lock"

    def acquire(self) -> int:
        """Take the lock for a new local cloud, and clear what an earlier one left behind.

        Returns:
            A file descriptor, which the emulator must inherit and this process then close.

        Raises:
            LocalError: a local cloud is running already, or being started.
        """
        self.path.mkdir(mode=0o700, exist_ok=True)
        lock = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise LocalError(self._already_running()) from None
        self.clear()
        return lock

    @contextlib.contextmanager
    def applying(self) -> Iterator[None]:
        """Hold the lock for changing the running cloud; wait until others have released it."""
        with open(self.path / "applying", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def save(self, state: State) -> None:
        """Write the state for the other commands, readable by this user only."""
        private_file.write(self._state, _text(state))

    def keep(self, state: State) -> None:
        """Save the description of what the emulator saved in ``kept`` when it ended."""
        self.kept.mkdir(mode=0o700, exist_ok=True)
        private_file.write(self.kept / _KEPT, _text(state))

    def load_kept(self, *, stack: str, port: int | None) -> State | None:
        """Return what was kept; None if nothing was.

        Raises:
            LocalError: it belongs to another stack, or to another port, which is part of its URLs.
        """
        try:
            state = State.model_validate_json((self.kept / _KEPT).read_bytes())
        except FileNotFoundError:
            return None
        except ValidationError:
            raise LocalError(
                f"{self.kept} was written by another version of this project. Remove the folder, "
                "which removes the data that it keeps, then: app up --keep"
            ) from None
        for option, wanted, kept in (("stack", stack, state.stack), ("port", port, state.port)):
            if wanted not in (None, kept):
                raise LocalError(
                    f"The data in {self.kept} are of --{option} {kept}, not {wanted}. Use "
                    "that one, or start without --keep."
                )
        return state

    def load(self) -> State:
        """Read the state of the running local cloud.

        Raises:
            NotRunning: nothing runs. What a crashed cloud left behind stays: its `up`, which may
                follow it still, tells by it that nobody stopped the cloud.
        """
        if not self.locked():
            if self._state.exists():
                raise NotRunning(
                    "The local cloud ended without `down` (it crashed, or the machine was "
                    "restarted). Start a new one: app up. Or only remove what it left behind: "
                    "app down"
                )
            raise NotRunning("No local cloud is running. Start one: app up")
        try:
            return State.model_validate_json(self._state.read_bytes())
        except FileNotFoundError:
            raise NotRunning(
                "The local cloud is still starting (or stopping). Try again in a few seconds."
            ) from None
        except ValidationError as error:
            raise LocalError(
                f"{self._state} was written by another version of this project, or changed by "
                f"hand: {error.errors()[0]['msg']}. Stop the emulator (its process holds "
                f"{self._lock} open), then: app up"
            ) from None

    def running(self) -> State | None:
        """Return the state of the running local cloud; None if none runs.

        Raises:
            LocalError: it is still starting, or its state cannot be read.
        """
        return self.load() if self.locked() else None

    def is_stopped_by_down(self) -> bool:
        """Return True if ``down`` is stopping or has stopped the local cloud."""
        try:
            return State.model_validate_json(self._state.read_bytes()).stopping
        except FileNotFoundError:
            return True
        except ValidationError:
            return False

    def locked(self) -> bool:
        """Return True if an emulator, or an ``up`` that starts one, is running."""
        if not self._lock.exists():
            return False
        lock = os.open(self._lock, os.O_RDWR)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(lock)
        return False

    def clear(self) -> None:
        """Remove the state, the emulator's folder and its containers; keep the lock's file."""
        instance = self._instance()
        if instance:
            remove_containers(instance)
        self._state.unlink(missing_ok=True)
        (self.path / "applying").unlink(missing_ok=True)
        shutil.rmtree(self.emulator, ignore_errors=True)

    def peek(self) -> State | None:
        """Return the saved state, whether or not the local cloud still runs."""
        try:
            return State.model_validate_json(self._state.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def _instance(self) -> str | None:
        state = self.peek()
        return state.instance if state else None

    def _already_running(self) -> str:
        try:
            state = self.load()
        except LocalError as error:
            return str(error)
        return (
            f"A local cloud is already running at {state.endpoint} (stack {state.stack!r}, "
            f"process {state.pid}). See it: app outputs. "
            "Stop it: app down"
        )


_KEPT = "state.json"


def _text(state: State) -> bytes:
    return state.model_dump_json(indent=2).encode()
