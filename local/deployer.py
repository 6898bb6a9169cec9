"""Deploys the project: runs its program and makes each registered resource in the emulator."""

from collections.abc import Mapping
from pathlib import Path

import pulumi

from blueprint import runner
from local.aws import Aws
from local.deployed import Deployed
from local.errors import DeployFailed, WrongConfiguration
from local.monitor import Monitor
from local.naming import pattern
from local.project import Project
from local.resources import registry


def deploy(
    project: Project,
    aws: Aws,
    *,
    images: Mapping[str, str] | None = None,
    live: Path | None = None,
    error_texts: bool = False,
) -> Deployed:
    """Run the program and make the resources that it declares.

    Args:
        project: the program and its configuration.
        aws: clients of the emulator.
        images: by the function's folder, the images that functions run from; None: functions run
            as Python workers.
        live: where containers import the functions' sources from; see `Containers`.
        error_texts: see `registry.Target`.

    Raises:
        WrongConfiguration: the program refused its configuration.
        DeployFailed: names the resource that failed, or the line of the program that did, and why.
    """
    target = registry.Target(
        aws=aws,
        root=project.root,
        images=images,
        live=live,
        error_texts=error_texts,
        naming=pattern(project),
    )
    monitor = Monitor(target)
    try:
        outputs = runner.run(project, monitor).outputs
    except (pulumi.RunError, runner.ProgramFailed) as error:
        # Any other failure follows from the first resource's.
        if monitor.failure:
            raise monitor.failure from None
        refused = isinstance(error, pulumi.RunError)
        raise (WrongConfiguration if refused else DeployFailed)(str(error)) from error
    target.deployed.outputs.update({name: target.here(value) for name, value in outputs.items()})
    return target.deployed
