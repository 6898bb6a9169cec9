"""A copy of this tree as a git repository of its own, to change and to plan."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from blueprint.project import ROOT

LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "tests", "docs")
ENVIRONMENT = {
    **os.environ,
    **{f"GIT_{who}_NAME": "nobody" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "nobody" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def copied(folder: Path) -> Path:
    """Copy this tree, uncommitted changes included, and make it the only commit of `main`."""
    shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
    git(folder, "init", "--quiet", "--initial-branch", "main")
    commit(folder)
    return folder


def commit(folder: Path) -> str:
    """Commit all files; return the commit."""
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "A change")
    return git(folder, "rev-parse", "HEAD")


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=ENVIRONMENT, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def edit(path: Path, *replacements: tuple[str, str]) -> None:
    """Replace texts of a file, each of which must be there."""
    text = path.read_text()
    for old, new in replacements:
        assert old in text, (path, old)
        text = text.replace(old, new)
    path.write_text(text)


def plan(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, to its end."""
    return subprocess.run(
        [sys.executable, "cli.py", "plan", *arguments],
        cwd=folder,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        check=False,
    )
