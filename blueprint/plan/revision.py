"""Finds the other revision, and extracts its files."""

import io
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path

from blueprint.project import ROOT

MAIN = ("origin/main", "main")


class PlanError(Exception):
    """There is no plan; the message says why."""


class UnknownRevision(PlanError):
    """Git knows no revision of the name that was given."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class Revision:
    """A commit, and the name by which it was requested."""

    name: str
    commit: str

    def __str__(self) -> str:
        return f"{self.name} ({self.commit[:10]})"


def find(name: str | None) -> Revision:
    """Return a revision; for None, the commit where this branch left the main one.

    Raises:
        UnknownRevision: there is no such revision.
        PlanError: there is no git, or no repository.
    """
    if name is not None:
        return Revision(name=name, commit=_commit(name))
    _git("rev-parse", "--git-dir")
    main = next((main for main in MAIN if _ask("rev-parse", "--verify", "-q", main)), None)
    if main is None:
        raise PlanError(
            f"There is no {' or '.join(MAIN)} to compare with. Name a revision: --against REVISION"
        )
    base = _ask("merge-base", "HEAD", main)
    if base is None:
        raise PlanError(f"This branch and {main} have no commit in common here. {_shallow()}")
    return Revision(name=f"where this branch left {main}", commit=base)


def extract(revision: Revision, folder: Path) -> None:
    """Write a revision's files to a folder; the repository and its working tree stay as they are.

    Raises:
        PlanError: git cannot read it.
    """
    archive = io.BytesIO(_git("archive", "--format=tar", revision.commit))
    with tarfile.open(fileobj=archive) as tar:
        tar.extractall(folder, filter="data")


def _commit(name: str) -> str:
    _git("rev-parse", "--git-dir")
    found = _ask("rev-parse", "--verify", "-q", "--end-of-options", f"{name}^{{commit}}")
    if found is None:
        raise UnknownRevision(f"There is no revision {name!r} here. {_shallow()}")
    return found


def _shallow() -> str:
    if _ask("rev-parse", "--is-shallow-repository") == "true":
        return (
            "This clone is shallow: fetch the history (git fetch --unshallow; in "
            "actions/checkout, fetch-depth: 0), or the one commit (git fetch --depth=1 origin "
            "COMMIT), and name it: --against COMMIT"
        )
    return "`git fetch` may bring it."


def _ask(*arguments: str) -> str | None:
    """Return what git prints, or None if it fails."""
    try:
        return _git(*arguments).decode().strip()
    except PlanError:
        return None


def _git(*arguments: str) -> bytes:
    git = shutil.which("git")
    if git is None:
        raise PlanError("git, which reads the other revision, is not on the PATH. Install it.")
    done = subprocess.run([git, *arguments], cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        raise PlanError(done.stderr.decode(errors="replace").strip() or f"git {arguments[0]} fails")
    return done.stdout
