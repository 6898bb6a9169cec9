"""A function's keys in the stack files, below ``<project>:functions``, with all else as it is."""

import re
from pathlib import Path

from blueprint.functions.names import project_name, stack_files

_RESERVED = 2
"""Executions reserved for a new function where all others have some reserved."""


def add(root: Path, name: str) -> list[Path]:
    """Reserve concurrency for a function in the stacks that reserve some for each function.

    Returns:
        The files that were changed.
    """
    changed = []
    for path in stack_files(root):
        lines = path.read_text().splitlines(keepends=True)
        section = _section(lines, project_name(root))
        if section and any("reservedConcurrency:" in line for line in lines[slice(*section)]):
            lines[section[1] : section[1]] = [
                f"    {name}:\n",
                f"      reservedConcurrency: {_RESERVED}\n",
            ]
            path.write_text("".join(lines))
            changed.append(path)
    return changed


def remove(root: Path, name: str) -> list[Path]:
    """Remove a function's keys from all stack files, with the comment above them.

    Returns:
        The files that were changed.
    """
    changed = []
    for path in stack_files(root):
        lines = path.read_text().splitlines(keepends=True)
        section = _section(lines, project_name(root))
        key = f"    {name}:\n"
        if section and key in lines[slice(*section)]:
            start = lines.index(key, *section)
            end = start + 1
            while end < section[1] and re.match(r" {5,}\S", lines[end]):
                end += 1
            while lines[start - 1].startswith("    #"):
                start -= 1
            if (start, end) == (section[0] + 1, section[1]):
                start = section[0]  # it was the only one
            del lines[start:end]
            path.write_text("".join(lines))
            changed.append(path)
    return changed


def _section(lines: list[str], project: str) -> tuple[int, int] | None:
    """Return where the section begins, and the line behind it."""
    head = f"  {project}:functions:\n"
    if head not in lines:
        return None
    start = end = lines.index(head)
    end += 1
    while end < len(lines) and lines[end].startswith("    "):
        end += 1
    return start, end
