"""Applies edits in a process of its own, which `up` does not wait for.

`Applier` starts the process before there is an edit. The process runs the program once as a trial,
which loads all modules that the program uses: that takes most of the time. It then applies one edit
after the other. Before each run it forgets the project's own modules; see `deployer`.
"""

import contextlib
import gc
import importlib
import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator, Set
from pathlib import Path
from types import ModuleType

_PACKAGES = ("pulumi", "botocore", "pydantic")
_HERE = Path(__file__).parents[1]
_DONE = "\0done "
_MOST_RUNS = 25
"""Runs of one process: each leaves megabytes behind."""

_START = f"import sys; sys.path.insert(0, {str(_HERE)!r}); from local.applier import main; main()"


class Applier:
    """A process that applies the project each time it is told to."""

    def __init__(self, root: Path, imported: Set[Path]) -> None:
        self.imported: Set[Path] | None = imported
        """The files of `handlers/` that the program imported last; None if it failed."""
        self._root = root
        self._process: subprocess.Popen[str] | None = None
        self._runs = 0

    def prepare(self) -> None:
        """Start the process, unless it is waiting already."""
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _START, str(self._root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                start_new_session=True,  # Ctrl-C is for `up`
            )
            self._runs = 0
            self._send(_loaded())

    def apply(self) -> Iterator[str]:
        """Apply the project, and yield what the process prints."""
        self.prepare()
        self._send("apply")
        self._runs += 1
        self.imported = None
        process = self._process
        for line in (process and process.stdout) or ():
            printed, done, files = line.partition(_DONE)
            if printed.strip() or not done:
                yield printed.rstrip("\n")
            if done:
                imported = json.loads(files)
                self.imported = None if imported is None else set(map(Path, imported))
                break
        else:
            yield "Not applied: the process for edits ended. Save the file again, or run: app up"
            self.close()
        if self._runs >= _MOST_RUNS:
            self.close()

    def kill(self) -> None:
        """End the process; another thread may be in `apply`, which then returns."""
        if process := self._process:
            process.kill()

    def close(self) -> None:
        """End the process, and close the connections to it."""
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
    """Run as the process: load what the program uses, wait, apply, and print what happened."""
    # A file that is saved twice in a second could leave bytecode that is older than the file.
    sys.dont_write_bytecode = True
    commands = io.FileIO(0)  # unbuffered, so that `select` sees what waits
    for name in json.loads(commands.readline() or "[]"):
        with contextlib.suppress(ImportError):
            dir(importlib.import_module(name))
    from local.apply import apply, rehearse
    from local.errors import LocalError
    from local.state import StateDirectory

    directory = StateDirectory(Path(sys.argv[1]))
    if not select.select([commands], [], [], 0)[0]:  # or an edit waits already
        with (
            open(os.devnull, "w") as nowhere,
            contextlib.redirect_stdout(nowhere),
            contextlib.redirect_stderr(nowhere),
            contextlib.suppress(LocalError),
        ):
            rehearse(directory)
    gc.freeze()  # the provider's thousands of classes stay
    while commands.readline():
        files = None
        try:
            lines, imported = apply(directory)
        except LocalError as error:
            print(f"Not applied. {error}")
        else:
            print("\n".join(lines))
            files = sorted(map(str, imported))
        print(f"{_DONE}{json.dumps(files)}", flush=True)
        gc.collect()
