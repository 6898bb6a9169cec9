"""Runs the program and records what it registers, without an engine or a cloud."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from blueprint import runner
from blueprint.project import ROOT, Project, load
from blueprint.recording import Monitor, Recorder


@dataclass(frozen=True, kw_only=True)
class Run(runner.Outcome):
    """What a program exports, defines and, in ``recorder``, registers."""

    recorder: Recorder


def run(
    stack: str,
    *,
    preview: bool = False,
    settings: Mapping[str, Any] | None = None,
    recorder: type[Recorder] = Recorder,
    folder: Path = ROOT,
) -> Run:
    """Run a folder's ``__main__.py`` for a stack.

    Args:
        stack: its ``Pulumi.<stack>.yaml`` is the configuration.
        preview: whether to run as ``pulumi preview`` of a new stack does, with every computed
            output unknown.
        settings: keys that replace those of the file, such as ``project:api``; None removes
            a key.
        recorder: records the resources, and answers as AWS would.
        folder: the program's.

    Raises:
        ProjectError: there is no such stack, or a file of the project cannot be read.
        pulumi.RunError: the program refused its configuration.
        ProgramFailed: the program raised any other error.
    """
    return record(load(stack, root=folder, overrides=settings), recorder(preview=preview))


def record(project: Project, recorder: Recorder) -> Run:
    """Run a project's program under a recorder; raises what ``run`` raises."""
    outcome = runner.run(project, Monitor(recorder), preview=recorder.preview)
    return Run(
        outputs=outcome.outputs, secrets=outcome.secrets, names=outcome.names, recorder=recorder
    )
