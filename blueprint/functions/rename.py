"""Renames the project: in its stack files, and everywhere else that its name occurs."""

import re
from collections.abc import Iterator
from pathlib import Path

from blueprint.functions.files import read
from blueprint.functions.names import WrongName, function_names, namespace, stack_files
from blueprint.project import ProjectError, project_name

_SKIPPED = {"__pycache__", "node_modules", "LICENSE"}  # a licence asks to keep its copyright line
_ENVIRONMENT = "pyvenv.cfg"

EXAMPLE = "acme-orders"
"""A name for help and errors. They are all that has it in a program, so it may be used."""


def rename(root: Path, name: str) -> list[Path]:
    """Rename the project, and return the files that were changed.

    Stacks that are deployed keep their resources' names only as long as they keep the project's:
    rename a project before its first deployment. Run ``make documents`` afterwards.

    If somebody has changed the name in ``Pulumi.yaml`` already, rename the rest.

    Raises:
        ProjectError: a file of the project is missing or malformed; nothing was changed.
        WrongName: the name has another meaning in the project; nothing was changed.
        pulumi.RunError: AWS would refuse the name; nothing was changed.
    """
    from infra.config.names import check_stack  # imports Pulumi, which takes a second

    old = namespace(root)
    if name == old == project_name(root):
        raise WrongName(f"The project is called {name!r} already.")
    for stack in stack_files(root):
        check_stack(name, stack.name.split(".")[1])
    if name in function_names(root) or (name not in (old, EXAMPLE) and _is_a_word(root, name)):
        raise WrongName(
            f"The name {name!r} has another meaning in this project: a later rename could not tell "
            f"the two apart. Choose a name of its own, such as {EXAMPLE}."
        )
    word = _word(old)
    changed = []
    for path in _files(root):
        try:
            text = read(path)
        except ProjectError:
            continue  # no text
        if (renamed := word.sub(name, text)) != text:
            path.write_bytes(renamed.encode())
            changed.append(path)
    return changed


def _word(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")


def _is_a_word(root: Path, name: str) -> bool:
    """Return whether a program of the project uses a name as a word."""
    modules = (path for path in _files(root) if path.suffix == ".py")
    return any(_word(name).search(read(path)) for path in modules)


def _files(root: Path) -> Iterator[Path]:
    """Yield the project's own files: none of an environment, a cache or a repository."""
    for path in sorted(root.iterdir()):
        hidden = path.name.startswith(".") and path.name not in {".github", ".ci"}
        if hidden or path.name in _SKIPPED or path.is_symlink():
            continue
        if path.is_dir() and not (path / _ENVIRONMENT).exists():
            yield from _files(path)
        elif path.is_file():
            yield path
