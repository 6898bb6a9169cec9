"""Configurations as Pulumi passes them to the program: loaded, or refused."""

import contextvars
import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
from pulumi.runtime.config import set_all_config

from config import AppConfig
from infra.config.loader import load
from tests.support.stacks import PROJECT

EMAIL = {"sender": "no-reply@example.com"}


def loaded(
    keys: Mapping[str, Any],
    *,
    secrets: tuple[str, ...] = (),
    stack: str = "dev",
    project: str = PROJECT,
) -> AppConfig:
    """Load a configuration whose values are text, as Pulumi passes them to the program.

    A key without a namespace is the project's.
    """

    def full(key: str) -> str:
        return key if ":" in key else f"{project}:{key}"

    def inside() -> AppConfig:
        text = {
            full(key): value if isinstance(value, str) else json.dumps(value)
            for key, value in keys.items()
        }
        set_all_config(text, [full(key) for key in secrets])
        return load(AppConfig)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pulumi, "get_stack", lambda: stack)
        patch.setattr(pulumi, "get_project", lambda: project)
        return contextvars.Context().run(inside)


def refused(keys: Mapping[str, Any], **options: Any) -> list[str]:
    """Return the problems that are named, each as ``<path>: <what>``."""
    with pytest.raises(pulumi.RunError) as caught:
        loaded(keys, **options)
    first, *problems, last = str(caught.value).splitlines()
    assert first.startswith("The configuration of stack ")
    assert last.startswith("Correct Pulumi.")
    project = options.get("project", PROJECT)
    return [problem.removeprefix(f"  {project}:") for problem in problems]
