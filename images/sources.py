"""The sources of a function: its own folder, and the modules of ``handlers`` that it imports."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

DESCRIPTIONS = {"operation.py", "schema.graphql"}
"""Describe what a function answers in the API and in GraphQL, for the program. No function reads
them."""


def handler_sources(root: Path, function: str) -> list[Path]:
    """Return the files of ``handlers/`` that a function needs, sorted.

    These are all files of its folder except the descriptions of what it answers, and the modules of
    ``handlers`` that they import, directly or through others, even inside functions. The image
    contains nothing else, so an edit rebuilds only the images that use the edited file.

    Args:
        root: the project's folder.
        function: the function's folder, such as ``count_users``.
    """
    folder = root / "handlers" / function
    found = {
        path
        for path in folder.rglob("*")
        if path.is_file()
        and path.name not in DESCRIPTIONS
        and not any(
            part == "__pycache__" or part.startswith(".") for part in path.relative_to(folder).parts
        )
    }
    waiting = [path for path in found if path.suffix == ".py"]
    seen: set[tuple[str, ...]] = set()
    while waiting:
        for path in _imported_by(root, waiting.pop(), seen):
            if path not in found:
                found.add(path)
                waiting.append(path)
    return sorted(found)


def _imported_by(root: Path, path: Path, seen: set[tuple[str, ...]]) -> Iterator[Path]:
    """Yield the modules below ``handlers`` that a module imports, with their packages.

    ``seen``: names that were looked up before, by their parts; each is looked up once.
    """
    package = path.relative_to(root).parent.parts
    for parts in (package, *_imports(path.read_bytes(), package)):
        for length in range(1, len(parts) + 1):
            name = parts[:length]
            if name in seen:
                continue
            seen.add(name)
            module = root.joinpath(*name)
            for candidate in (module / "__init__.py", module.with_suffix(".py")):
                if candidate.is_file():
                    yield candidate


@lru_cache(maxsize=1_000)
def _imports(source: bytes, package: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Return what a module of a package imports of ``handlers``, each name by its parts."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ()  # the build, or the import that meets it, says where it is wrong
    names: list[tuple[str, ...]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names += (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = (*above, *(node.module.split(".") if node.module else ()))
            # A name may be a module of its package, or something that the module defines.
            names += ((*module, alias.name) for alias in node.names)
    return tuple(name for name in names if name[0] == "handlers")
