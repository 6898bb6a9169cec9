"""Selects those of botocore's data files that a function's AWS clients load; runs in the build.

Usage: ``python select_data.py SOURCE TARGET HANDLERS PACKAGES``, with a complete ``botocore/data``,
the folder for the selection, the function's own sources, and the packages installed with it.
"""

import ast
import gzip
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any


def main(source: Path, target: Path, handlers: Path, packages: Path) -> None:
    """Select the data of the services and operations that the sources call."""
    select_data(source, target, AwsCalls(handlers, *callers(packages)))


def callers(task: Path) -> Iterator[Path]:
    """Yield the installed packages that call AWS through a client from outside: s3transfer."""
    for path in sorted(task.glob("*.dist-info/METADATA")):
        if "\nRequires-Dist: botocore" in path.read_text("utf-8"):
            yield task / path.parent.name.partition("-")[0]


class AwsCalls:
    """The AWS services and operations that some sources may call.

    Attributes:
        services: first arguments of the calls of ``client`` and ``create_client``.
        kinds: files of botocore's data that their clients load.
        words: all names of attributes and all strings, as ``word`` returns them. An operation that
            is not among them is never called.
    """

    def __init__(self, handlers: Path, *packages: Path) -> None:
        self.services: set[str] = set()
        self.kinds = {"service-2", "endpoint-rule-set-1"}
        self.words: set[str] = set()
        for path, node in _nodes(handlers):
            if isinstance(node, ast.Call):
                self._note(node, path)
        for _, node in (pair for folder in (handlers, *packages) for pair in _nodes(folder)):
            match node:
                case ast.Attribute(attr=name) | ast.Constant(value=str(name)):
                    self.words.add(word(name))

    def _note(self, call: ast.Call, path: Path) -> None:
        name = getattr(call.func, "attr", getattr(call.func, "id", ""))
        if name in {"client", "create_client"}:
            match call.args:
                case [ast.Constant(value=str(service)), *_]:
                    self.services.add(service)
                case _ if name == "client":
                    sys.exit(
                        f"{path}:{call.lineno}: the service of an AWS client must be a literal, "
                        'such as client("sqs"). The image contains the data of these services only.'
                    )
        elif name == "get_paginator":
            self.kinds.add("paginators-1")
        elif name == "get_waiter":
            self.kinds.add("waiters-2")


def _nodes(folder: Path) -> Iterator[tuple[Path, ast.AST]]:
    for path in sorted(folder.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"), str(path))):
            yield path, node


def word(name: str) -> str:
    """Return the common form of ``GetItem`` (an operation) and ``get_item`` (a client's method)."""
    return name.replace("_", "").lower()


def select_data(source: Path, target: Path, calls: AwsCalls) -> None:
    """Copy botocore's data without texts, and without services and operations that are not called.

    The copies are not compressed, because a client loads them at every cold start.

    Args:
        source: a complete ``botocore/data``.
        target: the folder for the selection.
        calls: the services and operations that are called.
    """
    target.mkdir(parents=True)
    endpoints: set[str] = set()
    for service in sorted(calls.services):
        versions = sorted(path.parent.name for path in source.glob(f"{service}/*/service-2.json*"))
        if not versions:
            sys.exit(
                f"botocore knows no service {service!r}, but the handlers make a client of it."
            )
        version = Path(service, versions[-1])  # botocore also uses the last one
        words = calls.words | set(_waited_for(source / version, calls.kinds))
        (target / version).mkdir(parents=True)
        for path in sorted((source / version).iterdir()):
            if path.name.split(".")[0] in calls.kinds:
                content = _read_json(path)
                if path.name.startswith("service-2.json"):
                    endpoints.add(content["metadata"]["endpointPrefix"])
                    select_operations(content, words)
                    for part in ("operations", "shapes"):  # botocore needs it elsewhere
                        content[part] = without_documentation(content[part])
                _write_json(target / version / path.name.removesuffix(".gz"), content)
    for path in sorted(source.glob("*.json")):
        content = _read_json(path)
        if path.name == "endpoints.json":
            for partition in content["partitions"]:
                known = partition["services"]
                partition["services"] = {name: known[name] for name in known if name in endpoints}
        _write_json(target / path.name, content)


def _waited_for(version: Path, kinds: set[str]) -> Iterator[str]:
    """Yield the words of the operations that a service's waiters call, if sources use waiters."""
    if "waiters-2" in kinds:
        for path in version.glob("waiters-2.json*"):
            for waiter in _read_json(path)["waiters"].values():
                yield word(waiter["operation"])


def select_operations(service: Any, words: set[str]) -> None:
    """Reduce a service's description to the operations that may be called, and their shapes.

    Two things stay that no source names: the operation that discovers endpoints, and every error,
    because ``client.exceptions`` is made of them.
    """
    service["operations"] = {
        name: operation
        for name, operation in service["operations"].items()
        if word(name) in words or operation.get("endpointoperation")
    }
    shapes = service["shapes"]
    reached = {name for name, shape in shapes.items() if shape.get("exception")}
    todo = [service["operations"], *(shapes[name] for name in reached)]
    while todo:
        for name in set(_references(todo.pop())) - reached:
            reached.add(name)
            todo.append(shapes[name])
    service["shapes"] = {name: shapes[name] for name in shapes if name in reached}


def _references(value: Any) -> Iterator[str]:
    """Yield the names of shapes in a description, at any depth."""
    if isinstance(value, dict):
        for key, item in value.items():
            if key == "shape" and isinstance(item, str):
                yield item
            yield from _references(item)
    elif isinstance(value, list):
        for item in value:
            yield from _references(item)


def without_documentation(value: Any) -> Any:
    """Return a description without texts named ``documentation``; members of that name stay."""
    if isinstance(value, dict):
        return {
            key: without_documentation(item)
            for key, item in value.items()
            if not (key == "documentation" and isinstance(item, str))
        }
    return [without_documentation(item) for item in value] if isinstance(value, list) else value


def _read_json(path: Path) -> Any:
    content = path.read_bytes()
    return json.loads(gzip.decompress(content) if path.suffix == ".gz" else content)


def _write_json(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
