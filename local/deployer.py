"""Deploys the project: runs its program and makes each registered resource in the emulator."""

import contextlib
import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi

from blueprint import runner
from local import sendgrid
from local.aws import Aws, AwsError, explain
from local.changes import Change, Reconciler
from local.deployed import Deployed
from local.errors import DeployFailed, LocalError, PartlyApplied, WrongConfiguration
from local.monitor import Monitor
from local.naming import pattern
from local.project import Project
from local.resources.target import Target

_PROJECT = {"config", "features", "handlers", "images", "infra"}
"""The packages and modules that a program consists of."""


@dataclass(frozen=True)
class Deployment:
    """What is deployed now, what it took, and the files of `handlers/` that the program imports."""

    deployed: Deployed
    changes: list[Change]
    imported: frozenset[Path]


def deploy(
    project: Project,
    aws: Aws,
    *,
    images: Mapping[str, str] | None = None,
    live: Path | None = None,
    previous: Deployed | None = None,
    error_texts: bool = False,
    functions_url: str | None = None,
) -> Deployment:
    """Run the program, and make, change and delete resources until they are as it declares.

    Args:
        project: the program and its configuration.
        aws: clients of the emulator.
        images: by the function's folder, the images that functions run from; None: functions run
            as Python workers.
        live: where containers import the functions' sources from; see `Containers`.
        previous: what is deployed. The program is then tried first, without changing anything.
        error_texts: see `Target`.
        functions_url: where functions find the emulator, if not where containers or workers do.

    Raises:
        WrongConfiguration: the program refused its configuration.
        DeployFailed: names the resource that failed, or the line of the program that did, and why.
        PartlyApplied: a resource failed after others were changed.
    """
    before = previous or Deployed()

    def target() -> Target:
        return Target(
            aws=aws,
            root=project.root,
            images=images,
            live=live,
            error_texts=error_texts,
            naming=pattern(project),
            addresses={
                sendgrid.API: f"{functions_url or _seen_by_functions(aws, images)}{sendgrid.PREFIX}"
            },
        )

    if before.resources:
        trial = target()
        tried = Reconciler(trial, before.resources, trial=True)
        outputs, imported = _run(project, trial, tried)
        if not tried.changes and pulumi.UNKNOWN not in outputs.values():
            return _deployed(trial, tried, outputs, imported)
    now = target()
    reconciler = Reconciler(now, before.resources)
    try:
        outputs, imported = _run(project, now, reconciler)
    except LocalError as error:
        if not before.resources:
            raise
        now.deployed.outputs.update(before.outputs)
        now.deployed.functions.update({**before.functions, **now.deployed.functions})
        now.deployed.resources.update(reconciler.existing())
        raise PartlyApplied(str(error), now.deployed) from error
    return _deployed(now, reconciler, outputs, imported)


def rehearse(project: Project, aws: Aws, *, previous: Deployed) -> None:
    """Run the program and change nothing, so that all that it loads is loaded at the next run.

    Raises:
        LocalError: the program failed.
    """
    target = Target(aws=aws, root=project.root, naming=pattern(project))
    _run(project, target, Reconciler(target, previous.resources, trial=True))


def _deployed(
    target: Target,
    reconciler: Reconciler,
    outputs: Mapping[str, object],
    imported: frozenset[Path],
) -> Deployment:
    deployed = target.deployed
    deployed.outputs.update({name: target.here(value) for name, value in outputs.items()})
    deployed.resources.update(reconciler.registered)
    return Deployment(deployed, reconciler.changes, imported)


def _seen_by_functions(aws: Aws, images: Mapping[str, str] | None) -> str:
    """Return the emulator's URL as workers or containers know it."""
    return aws.endpoint.replace("127.0.0.1", "host.docker.internal") if images else aws.endpoint


def _run(
    project: Project, target: Target, reconciler: Reconciler
) -> tuple[Mapping[str, object], frozenset[Path]]:
    """Return the program's outputs, and the files of `handlers/` that it imports."""
    monitor = Monitor(target, reconciler)
    try:
        with _forgotten_modules(project.root):
            outputs = runner.run(project, monitor, preview=reconciler.trial).outputs
            imported = _handlers()
        reconciler.finish()
    except (pulumi.RunError, runner.ProgramFailed) as error:
        # Any other failure follows from the first resource's.
        if monitor.failure:
            raise monitor.failure from None
        refused = isinstance(error, pulumi.RunError)
        raise (WrongConfiguration if refused else DeployFailed)(str(error)) from error
    except AwsError as error:
        raise DeployFailed(f"A resource could not be deleted.\n  {explain(error)}") from error
    return outputs, imported


@contextlib.contextmanager
def _forgotten_modules(root: Path) -> Iterator[None]:
    """Forget the project's modules that are imported within the block.

    A module may register resources when it is imported. The next run must import it again, as it
    then is.
    """
    before = set(sys.modules)
    tools = {name.partition(".")[0] for name in before} - _PROJECT
    importlib.invalidate_caches()  # a file may be newer than the list of its folder
    try:
        yield
    finally:
        for name in set(sys.modules) - before:
            top = name.partition(".")[0]
            beside = (root / top).is_dir() or (root / f"{top}.py").is_file()
            if top in _PROJECT or (beside and top not in tools):
                del sys.modules[name]


def _handlers() -> frozenset[Path]:
    modules = [module for name, module in sys.modules.items() if name.startswith("handlers.")]
    return frozenset(Path(module.__file__) for module in modules if module.__file__)
