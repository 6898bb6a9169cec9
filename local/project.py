"""Reads Pulumi.yaml and Pulumi.<stack>.yaml as the Pulumi CLI would."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from local.errors import LocalError
from local.naming import DEFAULT_PATTERN

ROOT = Path(__file__).resolve().parent.parent
"""The project that this package belongs to."""

DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, kw_only=True)
class Project:
    """One stack of the project.

    ``config`` has namespaced keys (``aws:region``) and strings, as the Pulumi engine hands them to
    a program: objects and lists are JSON.
    """

    root: Path
    name: str
    stack: str
    config: Mapping[str, str]

    @property
    def region(self) -> str:
        """Region the emulator plays: the stack's ``aws:region``."""
        return self.config.get("aws:region", DEFAULT_REGION)

    @property
    def naming(self) -> str:
        """The pattern by which Pulumi names what the program gives no name (`naming.auto_name`).

        https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming-configuration

        Raises:
            LocalError: ``pulumi:autonaming`` is more than a pattern.
        """
        settings = json.loads(self.config.get("pulumi:autonaming", "{}"))
        if set(settings) - {"pattern"}:
            raise LocalError(
                f"`pulumi:autonaming` is {settings}; the local cloud knows only a `pattern`."
            )
        pattern = str(settings.get("pattern", DEFAULT_PATTERN))
        return pattern.replace("${project}", self.name).replace("${stack}", self.stack)


def load(stack: str, *, root: Path = ROOT, overrides: Mapping[str, Any] | None = None) -> Project:
    """Read the project's files.

    Args:
        stack: such as ``local``, whose config is in ``Pulumi.local.yaml``.
        root: folder of ``Pulumi.yaml`` and ``__main__.py``.
        overrides: config values that replace the file's; keys may leave out the project's name.

    Raises:
        LocalError: a file is missing or malformed, or has what only the Pulumi service can read.
    """
    root = root.resolve()
    settings = _read(root / "Pulumi.yaml")
    name = settings.get("name")
    if not isinstance(name, str) or not name:
        raise LocalError(f"{root / 'Pulumi.yaml'}: `name` is {name!r}; it must name the project.")
    stack_file = root / f"Pulumi.{stack}.yaml"
    if not stack_file.exists():
        known = sorted(file.name.split(".")[1] for file in root.glob("Pulumi.*.yaml"))
        raise LocalError(
            f"There is no stack {stack!r}: {stack_file} does not exist. "
            f"Stacks here: {', '.join(known) or 'none'}."
        )
    stack_settings = _read(stack_file)
    if "environment" in stack_settings:
        raise LocalError(
            f"{stack_file}: `environment` imports values from the Pulumi service, which the local "
            "cloud does not ask. Write the values under `config`."
        )
    config = {
        key: _default(value) for key, value in _mapping(settings, root / "Pulumi.yaml").items()
    }
    config |= _mapping(stack_settings, stack_file)
    config |= overrides or {}
    return Project(
        root=root,
        name=name,
        stack=stack,
        config={
            key if ":" in key else f"{name}:{key}": _encode(value, key, stack_file)
            for key, value in config.items()
            if value is not None
        },
    )


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LocalError(f"{file} does not exist; a Pulumi project has one.") from None
    except yaml.YAMLError as error:
        raise LocalError(f"{file} is not valid YAML: {error}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise LocalError(f"{file} holds a {type(content).__name__}; it must be a mapping.")
    return content


def _mapping(settings: dict[str, Any], file: Path) -> dict[str, Any]:
    config = settings.get("config") or {}
    if not isinstance(config, dict):
        raise LocalError(f"{file}: `config` is {config!r}; it must map keys to values.")
    return {str(key): value for key, value in config.items()}


def _default(value: Any) -> Any:
    """Return the value of a key in Pulumi.yaml, which may be a declaration with a ``default``."""
    if isinstance(value, dict):
        return value.get("value", value.get("default"))
    return value


def _encode(value: Any, key: str, file: Path) -> str:
    if _has_secret(value):
        raise LocalError(
            f"{file}: `{key}` is an encrypted secret, which only the Pulumi CLI can read. Give the "
            "local stack a plain value that is good for nothing else."
        )
    if isinstance(value, str):
        return value
    # As in Go, from which Pulumi hands it on: booleans are true and false, numbers are decimal.
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return set(value) == {"secure"} or any(_has_secret(item) for item in value.values())
    return isinstance(value, list) and any(_has_secret(item) for item in value)
