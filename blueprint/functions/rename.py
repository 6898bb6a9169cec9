"""Renames the project: in its stack files, and wherever else its name stands."""

import re
from collections.abc import Iterator
from pathlib import Path

from blueprint.functions.names import project_name, stack_files

_SKIPPED = {"__pycache__", "node_modules"}


def rename(root: Path, name: str) -> list[Path]:
    """Rename the project, and return the files that were changed.

    Stacks that are deployed keep their resources' names only as long as they keep the project's:
    rename a project before its first deployment. Run ``make documents`` afterwards.

    Raises:
        pulumi.RunError: AWS would refuse the name; nothing was changed.
    """
    from infra.config.names import check_stack  # imports Pulumi, which takes a second

    for stack in stack_files(root):
        check_stack(name, stack.name.split(".")[1])
    old = re.compile(rf"(?<!\w){re.escape(project_name(root))}(?!\w)")
    changed = []
    for path in _files(root):
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue  # no text
        if (renamed := old.sub(name, text)) != text:
            path.write_text(renamed)
            changed.append(path)
    return changed


def _files(root: Path) -> Iterator[Path]:
    """Yield the project's own files: none of an environment, a cache or a repository."""
    for path in sorted(root.iterdir()):
        hidden = path.name.startswith(".") and path.name not in {".github", ".ci"}
        if hidden or path.name in _SKIPPED or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        else:
            yield path
