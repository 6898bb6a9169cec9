"""Reads Pulumi.yaml and Pulumi.<stack>.yaml as the Pulumi CLI does.

Imports no Pulumi, which takes a second to import.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parent.parent
"""The folder of this project's program."""

DEFAULT_REGION = "us-east-1"


class _Loader(yaml.SafeLoader):
    """Refuses a mapping that has a key twice, as the Pulumi CLI does."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Return a mapping.

        Raises:
            yaml.MarkedYAMLError: it has a key twice.
        """
        places: dict[Any, int] = {}
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in places:
                problem = f"key {key.value!r} is also in line {places[key.value]}; remove one"
                raise yaml.MarkedYAMLError(problem=problem, problem_mark=key.start_mark)
            places[key.value] = key.start_mark.line + 1
        return super().construct_mapping(node, deep)


class ProjectError(Exception):
    """A file of the project is missing or malformed; the message says which one and why."""

    exit_code = 2


@dataclass(frozen=True, kw_only=True)
class Project:
    """A program and the configuration of one stack.

    Attributes:
        root: folder of ``Pulumi.yaml`` and ``__main__.py``.
        name: the project's name.
        stack: the stack's name.
        config: by namespaced key (``aws:region``), strings as the Pulumi engine hands them to a
            program: objects and lists are JSON. An encrypted value is a mark, ``encrypted:…``.
        encrypted: keys that hold an encrypted value, which only the Pulumi CLI can read.
        environment: whether the stack imports values from the Pulumi service; ``config`` lacks
            them.
    """

    root: Path
    name: str
    stack: str
    config: Mapping[str, str]
    encrypted: tuple[str, ...] = ()
    environment: bool = False

    @property
    def region(self) -> str:
        """The stack's ``aws:region``."""
        return self.config.get("aws:region", DEFAULT_REGION)


def load(stack: str, *, root: Path = ROOT, overrides: Mapping[str, Any] | None = None) -> Project:
    """Read the project's files.

    Args:
        stack: such as ``dev``, whose configuration is in ``Pulumi.dev.yaml``.
        root: folder of ``Pulumi.yaml`` and ``__main__.py``.
        overrides: values that replace those of the files; None removes a key. Keys may leave out
            the project's name.

    Raises:
        ProjectError: a file is missing or malformed.
    """
    root = root.resolve()
    settings = _read(root / "Pulumi.yaml")
    name = _name(settings, root)
    check_stack(stack, root)
    stack_file = root / f"Pulumi.{stack}.yaml"
    stack_settings = _read(stack_file)
    defaults = {k: _default(v) for k, v in _config(settings, root / "Pulumi.yaml").items()}
    values = {
        key if ":" in key else f"{name}:{key}": value
        for part in (defaults, _config(stack_settings, stack_file), overrides or {})
        for key, value in part.items()
    }
    return Project(
        root=root,
        name=name,
        stack=stack,
        config={key: _encode(_masked(v)) for key, v in values.items() if v is not None},
        encrypted=tuple(key for key, value in values.items() if _masked(value) != value),
        environment="environment" in stack_settings,
    )


def stacks(root: Path = ROOT) -> list[str]:
    """Return the names of the stacks that a project's folder configures."""
    return sorted(path.name.split(".")[1] for path in root.glob("Pulumi.*.yaml"))


def has_stack(root: Path, stack: str) -> bool:
    """Return whether a project's folder configures a stack."""
    return (root / f"Pulumi.{stack}.yaml").is_file()


def check_stack(stack: str, *roots: Path) -> None:
    """Check that one of these folders configures a stack.

    Raises:
        ProjectError: none does; the message names the stacks that they configure.
    """
    if not any(has_stack(root, stack) for root in roots):
        known = sorted({name for root in roots for name in stacks(root)})
        raise ProjectError(
            f"There is no stack {stack!r}: Pulumi.{stack}.yaml does not exist. Stacks: "
            f"{', '.join(known) or 'none'}."
        )


def project_name(root: Path = ROOT) -> str:
    """Return the ``name`` in a folder's Pulumi.yaml.

    Raises:
        ProjectError: the file is missing or malformed.
    """
    return _name(_read(root / "Pulumi.yaml"), root)


def stack_settings(stack: str, root: Path = ROOT) -> dict[str, Any]:
    """Return what is under ``config`` in ``Pulumi.<stack>.yaml``, by key, as the file says it.

    Raises:
        ProjectError: there is no such stack, or its file is malformed.
    """
    check_stack(stack, root)
    file = root / f"Pulumi.{stack}.yaml"
    return _config(_read(file), file)


def yaml_problem(error: yaml.YAMLError) -> str:
    """Return in one line what is wrong with a YAML file, and where."""
    if not isinstance(error, yaml.MarkedYAMLError) or error.problem_mark is None:
        return str(error)
    mark = error.problem_mark
    return f"line {mark.line + 1}, column {mark.column + 1}: {error.problem}"


def _name(settings: Mapping[str, Any], root: Path) -> str:
    name = settings.get("name")
    if not isinstance(name, str) or not name:
        raise ProjectError(f"{root / 'Pulumi.yaml'}: `name` is {name!r}; it must name the project.")
    return name


def _read(file: Path) -> dict[str, Any]:
    try:
        content = yaml.load(file.read_text(encoding="utf-8"), _Loader)  # noqa: S506  a safe one
    except FileNotFoundError:
        raise ProjectError(f"{file} does not exist; a Pulumi project has one.") from None
    except UnicodeDecodeError as error:
        raise ProjectError(f"{file} is not UTF-8 text: {error}") from None
    except yaml.YAMLError as error:
        raise ProjectError(f"{file} is not valid YAML: {yaml_problem(error)}") from None
    if content is None:
        return {}
    if not isinstance(content, dict):
        raise ProjectError(f"{file} holds a {type(content).__name__}; it must be a mapping.")
    return content


def _config(settings: dict[str, Any], file: Path) -> dict[str, Any]:
    config = settings.get("config") or {}
    if not isinstance(config, dict):
        raise ProjectError(f"{file}: `config` is {config!r}; it must map keys to values.")
    return {str(key): value for key, value in config.items()}


def _default(value: Any) -> Any:
    """Return the value of a key in Pulumi.yaml, which may be a declaration with a ``default``."""
    if isinstance(value, dict):
        return value.get("value", value.get("default"))
    return value


def _encode(value: Any) -> str:
    if isinstance(value, str):
        return value
    # Pulumi's engine is written in Go: booleans are true and false, numbers are decimal.
    return json.dumps(value, separators=(",", ":"), sort_keys=True)


def _masked(value: Any) -> Any:
    """Replace encrypted values (``secure:``) by marks, at any depth; equal ones by equal marks."""
    if isinstance(value, dict):
        if set(value) == {"secure"}:
            return f"encrypted:{hashlib.sha256(str(value['secure']).encode()).hexdigest()}"
        return {key: _masked(item) for key, item in value.items()}
    return [_masked(item) for item in value] if isinstance(value, list) else value
