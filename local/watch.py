"""Notices edits to the program, and applies them to the running cloud."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from importlib import metadata
from pathlib import Path
from types import TracebackType
from typing import Self

from local.applier import Applier
from local.state import State, StateDirectory

_POLL_SECONDS = 0.3
_FOLDERS = ("infra", "features", "images")
_LOCK_HINT = "Functions get the packages of requirements.txt. Update it: make lock"
_SUFFIXES = {".py", ".in", ".txt", ".yaml", ".json", ""}


class Watcher:
    """Applies each edit, until the `with` block ends.

    Edits are found by the files' content, which is read several times a second: it takes a few
    milliseconds, and misses nothing.
    """

    def __init__(
        self,
        directory: StateDirectory,
        state: State,
        imported: Set[Path],
        *,
        applied: Callable[[], None],
    ) -> None:
        """Prepare.

        Args:
            directory: whose project is watched.
            state: the running local cloud.
            imported: the files of `handlers/` that the program imports.
            applied: called after each attempt.
        """
        self._containers = state.instance is not None
        self._root = directory.root
        self._stack = state.stack
        self._applied = applied
        self._applier = Applier(directory.root, imported)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watcher", daemon=True)
        self._seen = self._read()

    def __enter__(self) -> Self:
        """Begin to watch."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the watch, and an attempt that is under way."""
        self._stopped.set()
        self._applier.kill()
        self._thread.join()
        self._applier.close()

    def _watch(self) -> None:
        self._applier.prepare()
        while not self._stopped.wait(_POLL_SECONDS):
            found = self._read()
            if found == self._seen:
                continue
            while not self._stopped.wait(_POLL_SECONDS) and found != (later := self._read()):
                found = later  # an editor may be writing several files
            names = sorted(
                str(path.relative_to(self._root))
                for path in found.keys() | self._seen.keys()
                if found.get(path) != self._seen.get(path)
            )
            before = self._read(everything=True)
            self._say(f"Edited: {', '.join(names)}. Applying …")
            if any(name.startswith("images/") and name.endswith(".py") for name in names):
                self._applier.close()  # it has imported these modules, as `app` itself does
            for line in self._applier.apply():
                self._say(line)
            if hint := packages_hint(self._root, names, containers=self._containers):
                self._say(hint)
            self._seen = {path: before[path] for path in self._files() if path in before}
            if not self._stopped.is_set():
                self._applied()
                self._applier.prepare()

    def _say(self, line: str) -> None:
        if not self._stopped.is_set():
            print(line, flush=True)

    def _read(self, *, everything: bool = False) -> Mapping[Path, bytes]:
        files = self._files(everything=everything)
        return {path: content for path in files if (content := _content(path)) is not None}

    def _files(self, *, everything: bool = False) -> Iterator[Path]:
        yield from self._root.glob("*.py")
        yield from (self._root / "Pulumi.yaml", self._root / f"Pulumi.{self._stack}.yaml")
        for folder in _FOLDERS:
            for path in (self._root / folder).rglob("*"):
                if path.suffix in _SUFFIXES and "__pycache__" not in path.parts:
                    yield path
        # What the program imports of the functions, such as the operations of the API. After a
        # failure, it may be any of them.
        imported = None if everything else self._applier.imported
        for path in (self._root / "handlers").rglob("*.py"):
            if imported is None or path in imported:
                yield path


def packages_hint(root: Path, edited: Sequence[str], *, containers: bool) -> str | None:
    """Return what is left to do after an edit to a function's requirements; None if nothing is."""
    files = [name for name in edited if name.startswith("images/")]
    locks = [root / name for name in files if name.endswith("requirements.txt")]
    if not locks:
        return _LOCK_HINT if any(name.endswith("requirements.in") for name in files) else None
    missing = sorted({pin for lock in locks for pin in _missing((_content(lock) or b"").decode())})
    if containers or not missing:
        return None
    return f"Workers lack {', '.join(missing)}. Install and restart: app down, then make up"


def _missing(lock: str) -> Iterator[str]:
    """Yield the pins that this environment does not have."""
    for name, version in re.findall(r"^([\w.-]+)==([\w.+!-]+)", lock, re.MULTILINE):
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            found = None
        if found != version:
            yield f"{name} {version}"


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None
