"""What tests one function: its own tests, its types, its image's imports, its program parts."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from blueprint.functions.names import check_known, folder_of
from blueprint.functions.program_removal import lines_that_use
from blueprint.functions.source import ProgramError

_OF_HANDLERS = (
    "tests/handlers/runtime/test_cold_path.py",
    "tests/handlers/runtime/test_deadline.py",
    "tests/handlers/runtime/test_what_is_logged.py",
    "tests/test_layout.py",
)
_OF_THE_PROGRAM = (
    "tests/infra/test_iam_documents.py",
    "tests/infra/test_settings_are_grants.py",
    "tests/infra/test_time_limits.py",
)
"""Tests of all functions, of which one function's are selected by its name."""


def commands(root: Path, name: str) -> list[list[str]]:
    """Return the commands that test a function in seconds; each must end with 0.

    Raises:
        WrongName: there is no such function.
        ProgramError: the program does not make it.
    """
    check_known(root, name)
    if not lines_that_use(root, name):
        raise ProgramError(
            f"The program does not make {name!r}. Paste the paragraph that `app new` printed into "
            "__main__.py first."
        )
    folder = folder_of(name)
    tests = f"tests/functions/{folder}"
    left_out = [f"--ignore={tests}/{each}" for each in ("e2e", "faults", "test_bench.py")]
    shared = f"({folder} or {name})"
    pytest = [sys.executable, "-m", "pytest", "-q", "-m", "not long", "-p", "no:cacheprovider"]
    return [
        [sys.executable, "-m", "mypy", f"handlers/{folder}"],
        [*pytest, "-n", "2", "--hypothesis-profile", "quick", tests, *left_out],
        [*pytest, *_OF_HANDLERS, "-k", shared],
        # Production has all that the other stacks have; each stack takes seconds to record.
        [*pytest, *_OF_THE_PROGRAM, "-k", f"{shared} and not (dev] or local])"],
    ]


def run(root: Path, given: Sequence[Sequence[str]]) -> Iterator[tuple[int, str]]:
    """Run commands beside each other, and yield the exit code and the output of each in turn."""

    def one(command: Sequence[str]) -> tuple[int, str]:
        ended = subprocess.run(
            command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
        )
        return ended.returncode, ended.stdout.decode(errors="replace")

    with ThreadPoolExecutor(len(given)) as pool:
        yield from pool.map(one, given)
