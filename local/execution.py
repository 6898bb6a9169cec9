"""Decides whether functions run as containers of their images, or as local Python workers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from local import engine_probe
from local.errors import LocalError
from local.project import ROOT

if TYPE_CHECKING:
    from local.containers import Containers


@dataclass(frozen=True, kw_only=True)
class Execution:
    """How functions run.

    Attributes:
        containers: None for workers.
        sentence: tells the user which of the two, and why.
    """

    containers: Containers | None
    sentence: str


def choose(docker: bool | None, *, root: Path, live: Path | None = None) -> Execution:
    """Choose how functions run, and build the images; the progress of builds is printed.

    Args:
        docker: True and False force containers and workers. None means containers if an engine
            answers, and has the base image or can pull it.
        root: the project's folder.
        live: the same folder, if containers import the functions' sources from there, so that an
            edit is live; None: they run what their images hold.

    Raises:
        LocalError: containers were requested but cannot run, or an image cannot be built.
    """
    if docker is False:
        return _workers("as --no-docker requests.")
    problem = _not_this_project(root) or engine_probe.problem()
    if problem is None:
        # Loads the docker package, only if there is an engine.
        from local.containers import prepare
        from local.engine import BuildFailed, EngineError

        try:
            return Execution(
                containers=prepare(
                    live=live,
                    progress=lambda line: print(line, flush=True),
                ),
                sentence="Functions run as containers of their own images.",
            )
        except BuildFailed as error:
            raise LocalError(f"{error}\nTo run without images: --no-docker") from error
        except EngineError as error:
            problem = " ".join(str(error).split())
    if docker:
        raise LocalError(problem)
    return _workers(f"not in containers: {problem}")


def _workers(reason: str) -> Execution:
    return Execution(containers=None, sentence=f"Functions run as local Python workers, {reason}")


def _not_this_project(root: Path) -> str | None:
    if root.resolve() == ROOT:
        return None
    return f"images are built of {ROOT} only, and this project is {root}."
