"""Reads the project that is to be deployed here, and refuses what a laptop cannot read."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from blueprint import project
from blueprint.project import ROOT, Project
from local.errors import WrongConfiguration

__all__ = ["ROOT", "Project", "load"]


def load(stack: str, *, root: Path = ROOT, overrides: Mapping[str, Any] | None = None) -> Project:
    """Read the project's files, as ``blueprint.project.load`` does.

    Raises:
        WrongConfiguration: a file is missing or malformed, or holds what only Pulumi can read.
    """
    try:
        loaded = project.load(stack, root=root, overrides=overrides)
    except project.ProjectError as error:
        raise WrongConfiguration(str(error)) from None
    file = loaded.root / f"Pulumi.{stack}.yaml"
    if loaded.environment:
        raise WrongConfiguration(
            f"{file}: `environment` imports values from the Pulumi service, which the local cloud "
            "does not ask. Write the values under `config`."
        )
    if loaded.encrypted:
        raise WrongConfiguration(
            f"{file}: `{loaded.encrypted[0]}` is an encrypted secret, which only the Pulumi CLI "
            "can read. Give the local stack a plain value that is good for nothing else."
        )
    return loaded
