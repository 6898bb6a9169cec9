"""Which revision is compared with, and what is said where there is none."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from blueprint.plan import revision
from blueprint.plan.revision import PlanError, Revision, extract, find
from blueprint.plan.snapshot import take_snapshots
from tests.support.plan_repository import commit, git

MoveRoot = Callable[[Path], None]


@pytest.fixture
def move_root(monkeypatch: pytest.MonkeyPatch) -> MoveRoot:
    """Return what moves the program's root."""
    return lambda folder: monkeypatch.setattr(revision, "ROOT", folder)


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    """Return a repository: two commits on `main`, and two on a branch from the first."""
    folder = tmp_path / "origin"
    folder.mkdir()
    git(folder, "init", "--quiet", "--initial-branch", "main")
    for branch in ("main", "branch", "branch", "main"):
        if branch != git(folder, "branch", "--show-current"):
            known = branch in git(folder, "branch", "--format", "%(refname:short)").split()
            git(folder, "switch", "--quiet", *([branch] if known else ["--create", branch]))
        number = len(list(folder.iterdir()))
        (folder / f"{branch}-{number}").write_text("content")
        commit(folder)
    return folder


def test_the_default_is_where_the_branch_left_main(origin: Path, move_root: MoveRoot) -> None:
    move_root(origin)
    git(origin, "switch", "--quiet", "branch")
    assert find(None) == Revision(
        name="where this branch left main", commit=git(origin, "rev-parse", "branch~2")
    )


def test_the_remotes_main_is_preferred(origin: Path, tmp_path: Path, move_root: MoveRoot) -> None:
    """A clone's local main may be old or missing."""
    git(tmp_path, "clone", "--quiet", "--branch", "branch", str(origin), "clone")
    move_root(tmp_path / "clone")
    found = find(None)
    assert found.name == "where this branch left origin/main"
    assert found.commit == git(origin, "rev-parse", "branch~2")


@pytest.mark.parametrize("name", ["main", "main~1", "HEAD", "tag"])
def test_a_revision_is_found_by_its_name(origin: Path, move_root: MoveRoot, name: str) -> None:
    move_root(origin)
    git(origin, "tag", "--annotate", "--message", "A tag", "tag", "main~1")
    assert find(name).commit == git(origin, "rev-parse", f"{name}^{{commit}}")


@pytest.mark.parametrize("name", ["nowhere", "--help", "", "main:main-1", "a b"])
def test_what_is_no_revision_is_refused(origin: Path, move_root: MoveRoot, name: str) -> None:
    move_root(origin)
    with pytest.raises(
        PlanError, match=r"There is no revision '.*' here. `git fetch` may bring it"
    ):
        find(name)


def test_a_shallow_clone_says_what_to_fetch(
    origin: Path, tmp_path: Path, move_root: MoveRoot
) -> None:
    git(
        tmp_path, "clone", "--quiet", "--depth=1", "--no-single-branch", f"file://{origin}", "clone"
    )
    clone = tmp_path / "clone"
    move_root(clone)
    git(clone, "switch", "--quiet", "branch")
    with pytest.raises(PlanError, match=r"no commit in common here. This clone is shallow: fetch"):
        find(None)
    absent = git(origin, "rev-parse", "branch~2")
    with pytest.raises(PlanError, match=f"There is no revision '{absent}' here. This clone is sh"):
        find(absent)
    git(clone, "fetch", "--quiet", "--depth=1", "origin", absent)
    assert find(absent).commit == absent


def test_without_a_main_a_revision_must_be_named(origin: Path, move_root: MoveRoot) -> None:
    move_root(origin)
    git(origin, "branch", "--move", "main", "trunk")
    with pytest.raises(PlanError, match="There is no origin/main or main to compare with"):
        find(None)


def test_outside_of_a_repository_git_says_so(tmp_path: Path, move_root: MoveRoot) -> None:
    move_root(tmp_path)
    for name in (None, "HEAD"):
        with pytest.raises(PlanError, match="not a git repository"):
            find(name)


def test_without_git_it_is_said(
    origin: Path, move_root: MoveRoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    move_root(origin)
    monkeypatch.setenv("PATH", os.devnull)
    with pytest.raises(PlanError, match="git, which reads the other revision, is not on the PATH"):
        find(None)


def test_a_revisions_files_are_written_and_the_repository_is_left_alone(
    origin: Path, tmp_path: Path, move_root: MoveRoot
) -> None:
    move_root(origin)
    (origin / "main-1").write_text("not committed")
    before = git(origin, "status", "--porcelain"), git(origin, "worktree", "list")
    target = tmp_path / "target"
    extract(find("main"), target)
    assert {p.name: p.read_text() for p in target.iterdir()} == {
        "main-1": "content", "main-2": "content"
    }  # fmt: skip
    assert (git(origin, "status", "--porcelain"), git(origin, "worktree", "list")) == before


def test_a_revision_before_there_was_a_program_is_refused(tmp_path: Path) -> None:
    (tmp_path / "Pulumi.prod.yaml").touch()
    with pytest.raises(
        PlanError, match=r"old \(12\) cannot be evaluated: it has no __main__.py, no Pulumi.yaml."
    ):
        take_snapshots({"old (12)": tmp_path}, "prod")
