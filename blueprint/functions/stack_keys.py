"""Edits a function's keys in the stack files, below ``<project>:functions``, and nothing else."""

import json
import re
from collections.abc import Callable, Container, Iterable
from pathlib import Path
from typing import Any

import yaml

from blueprint.functions.files import read
from blueprint.functions.names import namespace, stack_files
from blueprint.project import ProjectError, yaml_problem

_RESERVED = {"reservedConcurrency": 2}
"""What a new function reserves in a stack where all other functions reserve concurrency."""

_Edit = Callable[[str, yaml.MappingNode, str], str | None]


def added(root: Path, name: str, *, waited_for: bool) -> dict[Path, str]:
    """Return the stack files that reserve concurrency for each function, with some for this one.

    ``waited_for``: a caller waits for the function. It starts from a snapshot where others do.

    Raises:
        ProjectError: a stack file must be edited by hand.
    """

    def settings(others: Iterable[Container[str]]) -> dict[str, int | bool]:
        snapshots = waited_for and any("snapStart" in each for each in others)
        return {**_RESERVED, **({"snapStart": True} if snapshots else {})}

    def add(text: str, config: yaml.MappingNode, key: str) -> str | None:
        functions = _value(config, key)
        names = {each.value for each, _ in functions.value}
        others = [_keys(value) for _, value in functions.value]
        if name in names or not any(_RESERVED.keys() & each for each in others):
            return None
        new_settings = settings(others)
        end = _end(text, functions)
        if functions.flow_style:
            end = _end(text, functions.value[-1][1])
            return f"{text[:end]}, {name}: {json.dumps(new_settings)}{text[end:]}"
        end = _end_of_line(text, end)  # behind a comment
        indent = " " * functions.start_mark.column
        lines = "".join(
            f"\n{indent}  {key}: {json.dumps(value)}" for key, value in new_settings.items()
        )
        return f"{text[:end]}\n{indent}{name}:{lines}{text[end:]}"

    return _edited(
        root,
        f"Add {name}",
        add,
        lambda functions: {**functions, name: settings(functions.values())},
    )


def removed(root: Path, name: str) -> dict[Path, str]:
    """Return the stack files that have keys of a function, without these and their comments.

    Raises:
        ProjectError: a stack file must be edited by hand.
    """

    def remove(text: str, config: yaml.MappingNode, key: str) -> str | None:
        functions = _value(config, key)
        if name not in _keys(functions):
            return None
        return (
            _without(text, functions, name)
            if len(functions.value) > 1
            else _without(text, config, key)
        )

    return _edited(
        root,
        f"Remove {name}",
        remove,
        lambda functions: {key: value for key, value in functions.items() if key != name},
    )


def _edited(
    root: Path, task: str, edit: _Edit, wanted: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[Path, str]:
    """Return the files that an edit changes; each then says what is wanted, and nothing else."""
    key = f"{namespace(root)}:functions"
    changed = {}
    for path in stack_files(root):
        before = read(path)
        try:
            document = yaml.compose(before, yaml.SafeLoader)
            settings = yaml.safe_load(before)
        except yaml.YAMLError as error:
            raise ProjectError(f"{path.name} is not valid YAML: {yaml_problem(error)}") from None
        config = settings.get("config") if isinstance(settings, dict) else None
        if not isinstance(config, dict) or not isinstance(config.get(key), dict):
            continue
        after = edit(before, _value(document, "config"), key)
        if after is None:
            continue
        functions = wanted(config[key])
        rest = {each: value for each, value in config.items() if each != key}
        settings["config"] = {**rest, **({key: functions} if functions else {})} or None
        if _loaded(after) != settings:
            raise ProjectError(f"{path.name} cannot be edited. {task} below {key} by hand.")
        changed[path] = after
    return changed


def _loaded(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError:
        return None


def _keys(node: yaml.Node) -> set[str]:
    return {key.value for key, _ in node.value} if isinstance(node, yaml.MappingNode) else set()


def _value(node: Any, key: str) -> Any:
    return next(value for each, value in node.value if each.value == key)


def _without(text: str, mapping: yaml.MappingNode, name: str) -> str:
    """Return a text without an entry of a mapping, and without the comment above it."""
    number = [key.value for key, _ in mapping.value].index(name)
    key, value = mapping.value[number]
    start, end = key.start_mark.index, _end(text, value)
    if not mapping.flow_style:
        start -= key.start_mark.column
        comment = re.compile(rf"(?:^{' ' * key.start_mark.column}#.*\n)*\Z", re.MULTILINE)
        start -= len(comment.findall(text[:start])[0])
        return text[:start] + text[_end_of_line(text, end) + 1 :]
    if number:  # with the comma before it
        start = _end(text, mapping.value[number - 1][1])
    elif len(mapping.value) > 1:  # with the comma behind it
        end = mapping.value[1][0].start_mark.index
    return text[:start] + text[end:]


def _end_of_line(text: str, index: int) -> int:
    end = text.find("\n", index)
    return len(text) if end < 0 else end


def _end(text: str, node: yaml.Node) -> int:
    """Return the index behind a node; for a block, behind its last value."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(text, last[1] if isinstance(last, tuple) else last)
    return len(text[: node.end_mark.index].rstrip())
