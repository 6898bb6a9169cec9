"""Applies edits in a process of its own, so that the program's modules are never stale.

`Applier` starts the process ahead, with the packages that the program uses imported: they take
longer than all the rest.
"""

import contextlib
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from types import ModuleType

_PACKAGES = ("pulumi", "botocore", "pydantic")
_HERE = Path(__file__).parents[1]
_IMPORTED = "\0imported "
_START = f"import sys; sys.path.insert(0, {str(_HERE)!r}); from local.applier import main; main()"


class Applier:
    """A process that applies the project once, when it is told to."""

    def __init__(self, root: Path, imported: Set[Path]) -> None:
        self.imported: Set[Path] | None = imported
        """The files of `handlers/` that the program imported last; None if it failed."""
        self._root = root
        self._process: subprocess.Popen[str] | None = None

    def prepare(self) -> None:
        """Start the process, unless it waits already."""
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(self._root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,  # Ctrl-C is for `up`
            )
            self._send(_loaded())

    def apply(self) -> Iterator[str]:
        """Apply the project, and yield what the process says of it."""
        self.prepare()
        self._send("apply")
        process = self._process
        if process is not None and process.stdout is not None:
            self.imported = None
            for line in process.stdout:
                if line.startswith(_IMPORTED):
                    self.imported = set(map(Path, json.loads(line.removeprefix(_IMPORTED))))
                else:
                    yield line.rstrip("\n")
        self.close()

    def kill(self) -> None:
        """End the process; another thread may be in `apply`, which then returns."""
        if process := self._process:
            process.kill()

    def close(self) -> None:
        """End the process, and close what leads to it."""
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            with process:
                process.wait()

    def _send(self, message: object) -> None:
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):  # what it says explains it
                self._process.stdin.write(f"{json.dumps(message)}\n")
                self._process.stdin.flush()


def _loaded() -> list[str]:
    """Return the packages, and the provider's services, that this process has loaded.

    Pulumi loads each service on first use. Until then it has another type, and any look at it
    loads it.
    """
    return [
        name
        for name, module in list(sys.modules.items())
        if name.startswith(_PACKAGES) and name.count(".") < 2 and type(module) is ModuleType
    ]


def main() -> None:
    """Be the process: import the packages, wait, apply, and print what happened."""
    for name in json.loads(sys.stdin.readline() or "[]"):
        with contextlib.suppress(ImportError):
            dir(importlib.import_module(name))
    if not sys.stdin.readline():
        return  # `up` has ended
    from local.apply import apply
    from local.errors import LocalError
    from local.state import StateDirectory

    root = Path(sys.argv[1])
    try:
        lines, imported = apply(StateDirectory(root))
    except LocalError as error:
        print(f"Not applied. {error}", flush=True)
    else:
        print("\n".join(lines))
        print(f"{_IMPORTED}{json.dumps(sorted(map(str, imported)))}", flush=True)
