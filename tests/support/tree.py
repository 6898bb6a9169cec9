"""A copy of this tree, to add functions to and to remove them from."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from blueprint.project import ROOT

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".build", ".local", ".*_cache", ".hypothesis", ".done"
)
"""Bytecode is copied: to compile all again takes longer than most tests."""


def copied(folder: Path) -> Path:
    """Copy this tree, uncommitted changes included."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    return folder


def copied_program(folder: Path) -> Path:
    """Copy the program and its configuration alone, which `app new` and `app remove` edit."""
    for path in (*ROOT.glob("Pulumi*.yaml"), ROOT / "__main__.py", ROOT / "requirements.txt"):
        shutil.copyfile(path, folder / path.name)
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Run Python in a copy, which must end well, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


_FIRST = ".build/copy/test_of_this_copy.py"
_REGISTERED = """
from blueprint.documents import documents
from tests.support.stacks import STACKS, of, stack


def test_every_stack_has_these_functions():
    for made in map(stack, [*STACKS, "compose"]):
        assert sorted(f.name for f in of(made, "lambda/function:Function")) == {functions}


def test_documents_are_written(monkeypatch):
    monkeypatch.setattr(documents, "run", stack)
    assert list(documents.write())
"""


def check(
    folder: Path,
    functions: Sequence[str],
    *modules: str,
    among: Sequence[str] = ("tests",),
    also: str = "",
) -> None:
    """Fail unless a copy's stacks have these functions, and its tests pass.

    It is one process, since all that it looks at needs the same recordings. It writes the
    documents first.

    Args:
        folder: the copy.
        functions: all that the program registers.
        modules: the modules of tests to run.
        among: what is collected, such as all tests, to see that none imports what is gone.
        also: tests to run as well, as ``pytest -k`` takes them.
    """
    registered = _REGISTERED.replace("{functions}", repr(sorted(functions)))
    first = folder / _FIRST
    first.parent.mkdir(parents=True)
    first.write_text(registered)
    run_tests(folder, first.name, *modules, among=(_FIRST, *among), also=also)


def run_tests(
    folder: Path, *modules: str, among: Sequence[str] = ("tests",), also: str = ""
) -> None:
    """Collect tests of a copy, and run those of some modules, as `check` does; no long ones."""
    chosen = [" and ".join(Path(module).parts) for module in modules]
    expression = " or ".join(f"({each})" for each in [*chosen, also] if each)
    quick = ("-q", "-p", "no:cacheprovider", "-m", "not long", "--hypothesis-profile", "quick")
    run(folder, "-m", "pytest", *quick, *among, "-k", expression)
