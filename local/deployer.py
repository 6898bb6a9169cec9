"""Deploys the project: runs its program and makes each registered resource in the emulator."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pulumi

from blueprint import runner
from local.aws import Aws, AwsError, explain
from local.changes import Change, Reconciler
from local.deployed import Deployed
from local.errors import DeployFailed, LocalError, PartlyApplied, WrongConfiguration
from local.monitor import Monitor
from local.naming import pattern
from local.project import Project
from local.resources import registry


@dataclass(frozen=True)
class Deployment:
    """What is deployed now, and what it took."""

    deployed: Deployed
    changes: list[Change]


def deploy(
    project: Project,
    aws: Aws,
    *,
    images: Mapping[str, str] | None = None,
    live: Path | None = None,
    previous: Deployed | None = None,
    error_texts: bool = False,
) -> Deployment:
    """Run the program, and make, change and delete resources until they are as it declares.

    Args:
        project: the program and its configuration.
        aws: clients of the emulator.
        images: by the function's folder, the images that functions run from; None: functions run
            as Python workers.
        live: where containers import the functions' sources from; see `Containers`.
        previous: what is deployed. The program is then tried first, without changing anything.
        error_texts: see `registry.Target`.

    Raises:
        WrongConfiguration: the program refused its configuration.
        DeployFailed: names the resource that failed, or the line of the program that did, and why.
        PartlyApplied: a resource failed after others were changed.
    """
    before = previous or Deployed()

    def target() -> registry.Target:
        return registry.Target(
            aws=aws,
            root=project.root,
            images=images,
            live=live,
            error_texts=error_texts,
            naming=pattern(project),
        )

    if before.resources:
        trial = target()
        _run(project, trial, Reconciler(trial, before.resources, trial=True))
    now = target()
    reconciler = Reconciler(now, before.resources)
    try:
        outputs = _run(project, now, reconciler)
    except LocalError as error:
        if not before.resources:
            raise
        now.deployed.outputs.update(before.outputs)
        now.deployed.functions.update({**before.functions, **now.deployed.functions})
        now.deployed.resources.update(reconciler.existing())
        raise PartlyApplied(str(error), now.deployed) from error
    now.deployed.outputs.update({name: now.here(value) for name, value in outputs.items()})
    now.deployed.resources.update(reconciler.made)
    return Deployment(now.deployed, reconciler.changes)


def _run(project: Project, target: registry.Target, reconciler: Reconciler) -> Mapping[str, object]:
    monitor = Monitor(target, reconciler)
    try:
        outputs = runner.run(project, monitor, preview=reconciler.trial).outputs
        reconciler.finish()
    except (pulumi.RunError, runner.ProgramFailed) as error:
        # Any other failure follows from the first resource's.
        if monitor.failure:
            raise monitor.failure from None
        refused = isinstance(error, pulumi.RunError)
        raise (WrongConfiguration if refused else DeployFailed)(str(error)) from error
    except AwsError as error:
        raise DeployFailed(f"A resource could not be deleted.\n  {explain(error)}") from error
    return outputs
