"""A running local cloud: an emulator with the project deployed to it."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from local.api_document import publish, viewer_of
from local.aws import Aws
from local.debug import restore
from local.deployed import Deployed, FunctionRef
from local.emulator import Emulator, free_port
from local.errors import PartlyApplied
from local.execution import choose
from local.history import program
from local.history.store import FILE as HISTORY
from local.project import ROOT, Project, load
from local.server.console import settings
from local.server.origin import ORIGINS

if TYPE_CHECKING:
    from local.changes import Change
    from local.containers import Containers
    from local.deployer import Deployment


class Cloud:
    """A running local cloud: use it as a context manager, or call ``stop``."""

    def __init__(
        self,
        emulator: Emulator,
        aws: Aws,
        project: Project,
        deployment: Deployment,
        *,
        history: Path,
        error_texts: bool,
    ) -> None:
        self.emulator = emulator
        self.aws = aws
        self.deployed = deployment.deployed
        self.imported = deployment.imported
        self.history = history
        """The file of what happened."""
        self._error_texts = error_texts
        self._project = project

    @property
    def endpoint(self) -> str:
        """URL of the emulator, for clients of any AWS service."""
        return self.emulator.endpoint

    @property
    def outputs(self) -> dict[str, Any]:
        """The stack's outputs."""
        return self.deployed.outputs

    @property
    def functions(self) -> dict[str, FunctionRef]:
        """The functions by logical name, such as ``count-users``."""
        return self.deployed.functions

    def client(self, service: str) -> Any:
        """Return the root account's client of a service."""
        return self.aws.client(service)

    @property
    def viewer(self) -> str | None:
        """URL of a page that shows the API, if there is one."""
        return viewer_of(self.emulator.directory, self.endpoint)

    @property
    def console(self) -> str:
        """Address of the page that shows what happens; it has the key to it."""
        return settings.address(self.emulator.directory, self.endpoint)

    def apply(self, config_overrides: Mapping[str, Any] | None = None) -> list[Change]:
        """Run the program again, as it is now, and change what differs.

        Args:
            config_overrides: as for `start`.

        Raises:
            DeployFailed: the program, or a resource, failed.
        """
        project = load(self._project.stack, root=self._project.root, overrides=config_overrides)
        try:
            deployment = install(
                project,
                self.aws,
                directory=self.emulator.directory,
                history=self.history,
                containers=self.emulator.containers,
                previous=self.deployed,
                error_texts=self._error_texts,
                functions_url=self.emulator.functions_url,
            )
        except PartlyApplied as error:
            self.deployed = error.deployed
            raise
        self.deployed = deployment.deployed
        return deployment.changes

    def stop(self) -> None:
        """End the emulator, its workers and its containers. May be called twice."""
        self.aws.close()
        self.emulator.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    *,
    stack: str = "local",
    port: int = 0,
    config_overrides: Mapping[str, Any] | None = None,
    root: Path = ROOT,
    docker: bool | None = False,
    live: Path | None = None,
    functions_port: int | None = None,
) -> Cloud:
    """Start another local cloud, in addition to any that ``app up`` started.

    Args:
        stack: whose ``Pulumi.<stack>.yaml`` configures the program.
        port: 0 finds a free one.
        config_overrides: config values instead of the file's, such as
            ``{"email": {"batchWindowSeconds": 0}}``.
        root: the project's folder.
        docker: whether functions run as containers of their images; None: if Docker is running.
        live: the project's folder, if containers import the functions' sources from there, as
            workers do from ``root``; None: they run what their images hold.
        functions_port: the port at which functions call AWS, if not the emulator's own; something
            that forwards calls to the emulator must listen there.

    Raises:
        LocalError: the emulator did not start, an image could not be built, or the program failed.
            Nothing is left running.
    """
    project = load(stack, root=root, overrides=config_overrides)
    containers = choose(docker, root=project.root, live=live).containers
    directory = Path(tempfile.mkdtemp(prefix="local-cloud-"))
    emulator = Emulator(
        port=port or free_port(),
        directory=directory,
        region=project.region,
        containers=containers,
        functions_port=functions_port,
    )
    return launch(emulator, project)


def launch(
    emulator: Emulator,
    project: Project,
    *,
    inherit: int | None = None,
    history: Path | None = None,
    previous: Deployed | None = None,
    error_texts: bool = False,
) -> Cloud:
    """Start an emulator and deploy a project to it; on any failure, stop it again.

    The emulator keeps the file descriptor ``inherit`` open as long as it lives. What happens from
    then on is recorded in the file ``history``, by default one in the emulator's folder.
    ``previous`` is what the emulator holds already. With ``error_texts``, functions log the text of
    every error; without, only what they log in AWS.
    """
    try:
        emulator.start(inherit=inherit)
        # Importing Pulumi takes a second, in which the emulator starts.
        from local import deployer  # noqa: F401

        emulator.wait_until_healthy()
        aws = Aws(emulator.endpoint, project.region, emulator.credentials)
        for ref in previous.functions.values() if previous else ():
            restore(aws, ref)  # it may have been stopped while a function was debugged
        history = history or emulator.directory / HISTORY
        deployment = install(
            project,
            aws,
            directory=emulator.directory,
            history=history,
            containers=emulator.containers,
            previous=previous,
            error_texts=error_texts,
            functions_url=emulator.functions_url,
        )
        return Cloud(emulator, aws, project, deployment, history=history, error_texts=error_texts)
    except BaseException:
        emulator.stop(save=False)
        raise


def install(
    project: Project,
    aws: Aws,
    *,
    directory: Path,
    history: Path,
    containers: Containers | None,
    previous: Deployed | None = None,
    error_texts: bool = False,
    functions_url: str | None = None,
) -> Deployment:
    """Deploy a project to an emulator, and write what the emulator's own pages need to know.

    ``directory`` is the emulator's folder, and ``history`` the file of what happens. Functions run
    in ``containers``; None: as Python workers. See `deployer.deploy` for the rest.
    """
    from local.deployer import deploy

    deployment = deploy(
        project,
        aws,
        images=containers.images if containers else None,
        live=containers.live if containers else None,
        previous=previous,
        error_texts=error_texts,
        functions_url=functions_url,
    )
    api = json.loads(project.config.get(f"{project.name}:api", "{}"))
    (directory / ORIGINS.name).write_text(json.dumps(api.get("corsOrigins", [])))
    program.write(directory, history=history, deployed=deployment.deployed, root=project.root)
    publish(
        project.root / "openapi.json",
        deployment.deployed.outputs,
        endpoint=aws.endpoint,
        directory=directory,
    )
    settings.write(directory, root=project.root, stack=project.stack, deployed=deployment.deployed)
    return deployment
