"""Runs of the program, each made once and kept."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pulumi.runtime import mocks

from blueprint import runner
from blueprint.project import ROOT, Project, project_name
from blueprint.recorder import Run, run
from blueprint.recording import Key, Monitor, Recorded, Recorder
from images import context
from tests.support.functions import FOLDERS
from tests.support.functions import FUNCTIONS as FUNCTIONS

STACKS = ("local", "dev", "prod")
PROJECT = project_name()
EXAMPLES = ("create_user", "get_user", "nightly")
"""Functions of programs that tests write."""


@dataclass
class Calls(Recorder):
    """Notes each call of one of the provider's functions, with the provider that answers it."""

    called: list[tuple[str, str]] = field(default_factory=list)

    def call(self, args: mocks.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        self.called.append((args.token, args.provider or ""))
        return super().call(args)


def stack(name: str, *, preview: bool = False) -> Run:
    """Run the program with the stack's own configuration, once; ``recorder`` is a ``Calls``."""
    return _kept(name, preview)


@cache
def _kept(name: str, preview: bool) -> Run:
    return run(name, preview=preview, recorder=Calls)


def recorded(
    program: Callable[[], object], *, preview: bool = False, recorder: Recorder | None = None
) -> Recorder:
    """Run a piece of a program alone, as stack ``dev`` without configuration; return its record.

    The piece may have functions of the names in ``EXAMPLES``, also if they have no folders.
    """
    recorder = recorder or Recorder(preview=preview)
    _call(program, recorder)
    return recorder


def exported(program: Callable[[], object], *, preview: bool = False) -> dict[str, Any]:
    """Run a piece of a program as ``recorded`` does; return its exports, secret ones wrapped."""
    return _call(program, Recorder(preview=preview))


def _call(program: Callable[[], object], recorder: Recorder) -> dict[str, Any]:
    project = Project(root=ROOT, name=project_name(), stack="dev", config={})

    def piece() -> None:
        program()

    with sources_of_examples():
        return runner.call(piece, project, Monitor(recorder), preview=recorder.preview)


@contextmanager
def sources_of_examples() -> Iterator[None]:
    """Make the images of the examples that have no folders of another function's sources."""

    def sources(function: str) -> dict[str, Path]:
        missing = function in EXAMPLES and function not in FOLDERS
        return of_a_folder(FOLDERS[0] if missing else function)

    of_a_folder = context.sources
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(context, "sources", sources)
        yield


def of(resources: Run, type_: str) -> list[Recorded]:
    """Return the resources of one type, such as ``lambda/function:Function``.

    A check that scans nothing proves nothing: there is at least one.
    """
    found = [r for r in resources.recorder.resources if r.type == f"aws:{type_}"]
    assert found, f"no resource of type {type_}"
    return found


def inputs(resources: Run, type_: str, name: str) -> Mapping[str, Any]:
    return resources.recorder.one(f"aws:{type_}", name).inputs


def keys(resources: Run) -> list[Key]:
    return [(r.type, r.name) for r in resources.recorder.resources]


def made_before(resources: Run, resource: Recorded) -> set[Key]:
    """Return all that the engine has made before a resource: what it depends on, transitively."""
    depends: Mapping[Key, frozenset[Key]] = {
        (r.type, r.name): r.options.depends_on for r in resources.recorder.resources
    }
    seen: set[Key] = set()
    waiting = list(resource.options.depends_on)
    while waiting:
        key = waiting.pop()
        if key not in seen:
            seen.add(key)
            waiting += depends.get(key, frozenset())
    return seen


def below(resources: Run, component: Key) -> Iterator[Recorded]:
    """Yield a component's children, and theirs."""
    children: dict[Key, list[Recorded]] = defaultdict(list)
    for resource in resources.recorder.resources:
        children[resource.options.parent].append(resource)
    waiting = [component]
    while waiting:
        for child in children[waiting.pop()]:
            yield child
            waiting.append((child.type, child.name))
