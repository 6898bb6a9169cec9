"""A copy of this tree, to add functions to and to remove them from."""

import shutil
import subprocess
import sys
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


def run(folder: Path, *arguments: str) -> str:
    """Run Python in a copy, which must end well, and return what it printed."""
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


WRITE_DOCUMENTS = "from blueprint.documents.documents import write; list(write())"

RECORD = """
from blueprint.recorder import run
for stack in ("local", "dev", "prod", "compose"):
    print(stack, *sorted(r.name for r in run(stack).recorder.all("aws:lambda/function:Function")))
"""


def recorded_functions(folder: Path) -> dict[str, list[str]]:
    """Run a copy's program for each stack, and return the functions that it registers."""
    lines = run(folder, "-c", RECORD).splitlines()
    return {line.split()[0]: line.split()[1:] for line in lines}
