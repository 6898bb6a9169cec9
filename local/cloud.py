"""A running local cloud: an emulator with the project deployed to it."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from local.api_document import publish
from local.aws import Aws
from local.deployed import Deployed, FunctionRef
from local.emulator import Emulator, free_port
from local.execution import choose
from local.history import program
from local.history.store import FILE as HISTORY
from local.project import ROOT, Project, load
from local.server.console import settings as console
from local.server.origin import ORIGINS


class Cloud:
    """A running local cloud: use it as a context manager, or call ``stop``.

    ``viewer`` is the URL of a page that shows the API, if there is one; ``history`` is the file of
    what happened, and ``console`` the address of the page that shows it.
    """

    def __init__(
        self,
        emulator: Emulator,
        aws: Aws,
        deployed: Deployed,
        *,
        history: Path,
        viewer: str | None = None,
        console: str | None = None,
    ) -> None:
        self.emulator = emulator
        self.aws = aws
        self.deployed = deployed
        self.viewer = viewer
        self.history = history
        self.console = console

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
    """Start another local cloud, beside any that ``app up`` started.

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
    emulator: Emulator, project: Project, *, inherit: int | None = None, history: Path | None = None
) -> Cloud:
    """Start an emulator and deploy a project to it; on any failure, stop it again.

    The emulator keeps the file descriptor ``inherit`` open as long as it lives. What happens from
    then on is recorded in the file ``history``, by default one in the emulator's folder.
    """
    try:
        emulator.start(inherit=inherit)
        # Importing Pulumi takes a second, in which the emulator starts.
        from local.deployer import deploy

        emulator.wait_until_healthy()
        aws = Aws(emulator.endpoint, project.region, emulator.credentials)
        api = json.loads(project.config.get(f"{project.name}:api", "{}"))
        (emulator.directory / ORIGINS.name).write_text(json.dumps(api.get("corsOrigins", [])))
        containers = emulator.containers
        deployed = deploy(
            project,
            aws,
            images=containers.images if containers else None,
            live=containers.live if containers else None,
        )
        history = history or emulator.directory / HISTORY
        names = {ref.name: name for name, ref in deployed.functions.items()}
        program.write(
            emulator.directory,
            history=history,
            names=deployed.names | names,
            root=project.root,
        )
        viewer = publish(
            project.root / "openapi.json",
            deployed.outputs,
            endpoint=emulator.endpoint,
            directory=emulator.directory,
        )
        key = console.write(
            emulator.directory, root=project.root, stack=project.stack, deployed=deployed
        )
        return Cloud(
            emulator,
            aws,
            deployed,
            viewer=viewer,
            history=history,
            console=console.address(emulator.endpoint, key),
        )
    except BaseException:
        emulator.stop()
        raise
