"""Removes a function from ``__main__.py`` or from a feature's module, or a feature's paragraph."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from blueprint.functions.files import read
from blueprint.functions.names import folder_of
from blueprint.functions.source import ProgramError, Source

_OURS = {"handlers", "infra"}
"""Packages whose imports go with the function that needed them."""


def file_of(root: Path, name: str) -> Path:
    """Return the file of the program that makes a function: a feature's module, or ``__main__.py``.

    ``app new`` adds functions to ``__main__.py`` only.
    """
    for path in sorted(root.glob("features/*.py")):
        if _entries(Source(read(path)), name):
            return path
    return root / "__main__.py"


def lines_that_use(root: Path, name: str) -> list[str]:
    """Return the lines of the program that name a function or import its modules."""
    found = []
    for path in (root / "__main__.py", *sorted(root.glob("features/*.py"))):
        source = Source(read(path))
        lines = source.text.split("\n")
        for node in ast.walk(source.tree):
            named = isinstance(node, ast.Constant) and node.value == name
            if isinstance(node, ast.expr | ast.stmt) and (named or _imports(node, name)):
                line = lines[node.lineno - 1].strip()
                found.append(f"{path.relative_to(root)}:{node.lineno}: {line}")
    return found


def _imports(node: ast.AST, name: str) -> bool:
    """Return whether a statement imports a function's modules."""
    if not isinstance(node, ast.Import | ast.ImportFrom):
        return False
    start = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
    package = f"handlers.{folder_of(name)}."
    return any(f"{start}{alias.name}.".startswith(package) for alias in node.names)


def removed(text: str, name: str) -> str:
    """Return the program without a function, its triggers, and what only these used.

    ``text``: of the file that makes the function, see ``file_of``.

    Raises:
        ProgramError: the program uses the function in a way that only a person can undo.
    """
    text = _without_entry(text, name)
    gone: set[str] = set()
    while True:
        source = Source(text)
        if not _remove_one(source, name, gone):
            break
        text = source.edited()
    left = [line for line in text.splitlines() if f'"{name}"' in line]
    if left:
        raise ProgramError(
            f"The program still names {name}. Edit these lines by hand:\n" + "\n".join(left)
        )
    return text


def functions_of(text: str, names: Iterable[str]) -> list[str]:
    """Return the names whose functions this module of the program makes."""
    source = Source(text)
    return [name for name in names if _entries(source, name)]


def builders_on(root: Path, feature: str) -> list[str]:
    """Return the modules of the features that import a feature's module."""
    return [
        path.stem
        for path in sorted(root.glob("features/*.py"))
        if any(
            isinstance(node, ast.ImportFrom) and node.module == f"features.{feature}"
            for node in ast.walk(Source(read(path)).tree)
        )
    ]


def without_feature(text: str, feature: str, functions: Iterable[str]) -> str:
    """Return ``__main__.py`` without a feature, and without what only the feature used.

    Args:
        text: of ``__main__.py``.
        feature: the name of the feature's module.
        functions: of the feature; the program may name them elsewhere, as an alarm does.
    """
    gone: set[str] = set()
    source = Source(text)
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == f"features.{feature}":
            gone |= {alias.asname or alias.name for alias in node.names}
            source.delete(source.start(node), source.end_of_line(node))
    text = source.edited()
    for name in ("", *functions):
        while _remove_one(source := Source(text), name, gone):
            text = source.edited()
    return text


def _without_entry(text: str, name: str) -> str:
    source = Source(text)
    for entries, number in _entries(source, name):
        source.delete_item(entries.values, number, key=entries.keys[number])
        return source.edited()
    raise ProgramError(
        f"The program makes no function {name!r}. Remove what is left of it by hand."
    )


def _entries(source: Source, name: str) -> list[tuple[ast.Dict, int]]:
    """Return the literal dicts that make a function of this name, and its place in each."""
    return [
        (node, number)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Dict)
        for number, (key, value) in enumerate(zip(node.keys, node.values, strict=True))
        if isinstance(key, ast.Constant)
        and key.value == name
        and isinstance(value, ast.Call)
        and ast.unparse(value.func) == "Function"
    ]


def _remove_one(source: Source, name: str, gone: set[str]) -> bool:
    """Remove one item or statement that uses the function or a variable that is gone."""
    for items in _lists(source.tree):
        for number, item in enumerate(items):
            if _uses(item, name, gone):
                source.delete_item(items, number, key=None)
                return True
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Dict):
            for number, key in enumerate(node.keys):
                if key is None and _uses(node.values[number], name, gone):
                    source.delete_item(node.values, number, key=None)
                    return True
    for node in _statements(source.tree):
        if _uses(node, name, gone):
            if isinstance(node, ast.Assign):
                gone |= {target.id for target in node.targets if isinstance(target, ast.Name)}
            source.delete(source.start(node) - node.col_offset, source.end_of_line(node))
            return True
    return _remove_unused(source, name)


def _statements(tree: ast.AST) -> Iterator[ast.stmt]:
    """Yield the statements of a program that contain no other statements, at any depth."""
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt) and not isinstance(getattr(node, "body", None), list):
            yield node


def _remove_unused(source: Source, name: str) -> bool:
    """Remove an import that nothing uses now, or a resource that was the function's own."""
    used = {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)
            and isinstance(n.ctx, ast.Load)}  # fmt: skip
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] in _OURS:
            kept = [alias for alias in node.names if (alias.asname or alias.name) in used]
            if len(kept) < len(node.names):
                source.delete(source.start(node), source.end_of_line(node))
                if kept:
                    names = ", ".join(ast.unparse(alias) for alias in kept)
                    source.insert(source.start(node), f"from {node.module} import {names}\n")
                return True
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            variable = node.targets[0].id
            if variable.startswith(f"{name.replace('-', '_')}_") and variable not in used:
                source.delete(source.start(node), source.end_of_line(node))
                return True
    return False


def _lists(tree: ast.AST) -> Iterator[list[ast.expr]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.List):
            yield node.elts


def _uses(node: ast.AST, name: str, gone: set[str]) -> bool:
    return any(
        (isinstance(each, ast.Subscript) and ast.unparse(each) == f"functions[{name!r}]")
        or (isinstance(each, ast.Tuple) and ast.unparse(each).startswith(f"({name!r},"))
        or (isinstance(each, ast.Name) and each.id in gone)
        for each in ast.walk(node)
    )
