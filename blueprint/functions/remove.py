"""Removes a function or a feature: folders, paragraph of the program, keys in stack files."""

import difflib
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from blueprint.functions import program_removal, stack_keys
from blueprint.functions.files import read, write
from blueprint.functions.names import check_known, folder_of, folders, function_names
from blueprint.functions.source import ProgramError

_GENERATED = re.compile(r"<!-- (\w+): written by `make documents` -->.*?<!-- end of \1 -->", re.S)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was changed, and where the function is still mentioned.

    Attributes:
        paths: folders that were deleted and files that were changed.
        diff: what was changed in the program.
        mentions: lines of README and documents that name it, for a person to edit.
    """

    paths: list[Path]
    diff: str
    mentions: list[str]


def remove(root: Path, name: str) -> Removed:
    """Remove a function, or all of a feature by its module's name. Then run ``make documents``.

    Raises:
        WrongName: there is no such function.
        ProgramError: the program uses it in a way that only a person can undo, or a feature does
            not work without it, or another feature builds on it; nothing was changed.
        ProjectError: a stack file must be edited by hand; nothing was changed.
    """
    module = root / "features" / f"{folder_of(name)}.py"
    if module.exists():
        return _remove_feature(root, module)
    check_known(root, name)
    main = program_removal.file_of(root, name)
    if main.parent.name == "features" and not _has_route(root, name):
        raise ProgramError(
            f"{main.relative_to(root)} does not work without {name}. Remove the whole feature: "
            f"app remove {main.stem.replace('_', '-')}; or edit that file by hand"
        )
    before = read(main)
    after = program_removal.removed(before, name)
    return _remove(root, [name], main, before, after)


def _remove_feature(root: Path, module: Path) -> Removed:
    """Remove a feature: its module, its functions, and its paragraph of ``__main__.py``."""
    if builders := program_removal.builders_on(root, module.stem):
        first = ", ".join(f"app remove {name.replace('_', '-')}" for name in builders)
        raise ProgramError(
            f"other features build on {module.relative_to(root)}. Remove them first: {first}"
        )
    functions = program_removal.functions_of(read(module), function_names(root))
    main = root / "__main__.py"
    before = read(main)
    after = program_removal.without_feature(before, module.stem, functions)
    removed = _remove(root, functions, main, before, after)
    module.unlink()
    return replace(removed, paths=[module, *removed.paths])


def _has_route(root: Path, name: str) -> bool:
    return (root / "handlers" / folder_of(name) / "operation.py").exists()


def _remove(root: Path, names: list[str], main: Path, before: str, after: str) -> Removed:
    """Write the program, and remove what else belongs to functions."""
    for name in names:
        stack_keys.removed(root, name)  # raises where a person must edit, before anything changes
    changed = {main: after}
    for name in names:
        edited = stack_keys.removed(root, name) | _unlinked(root, name)
        changed |= edited
        for path, text in edited.items():
            write(path, text)
    write(main, after)
    deleted = [folder for name in names for folder in folders(root, name) if folder.exists()]
    for folder in deleted:
        shutil.rmtree(folder)
    diff = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        str(main.relative_to(root)),
        "after",
    )
    return Removed(
        paths=[*deleted, *changed],
        diff="".join(diff),
        mentions=_mentions(root, names),
    )


def _documents(root: Path) -> list[Path]:
    return [root / "README.md", *sorted(root.glob("docs/*.md"))]


def _unlinked(root: Path, name: str) -> dict[Path, str]:
    """Return the documents without what would no longer work: links to sources, log queries."""
    folder = re.escape(folder_of(name))
    link = re.compile(rf"\[([^\]]*)\]\([^)]*\b(?:handlers|images|tests/functions)/{folder}/[^)]*\)")
    query = re.compile(rf"^records \"\$LOGS-{re.escape(name)}\" .*\r?\n", re.MULTILINE)
    changed = {}
    for path in _documents(root):
        before = read(path)
        after = query.sub("", link.sub(r"\1", before))
        if after != before:
            changed[path] = after
    return changed


def _mentions(root: Path, names: list[str]) -> list[str]:
    """Return the lines that name a function, except those that ``make documents`` writes."""
    named = re.compile(rf"(?<![\w-])({'|'.join(map(re.escape, names))})(?![\w-])")
    found = []
    for path in _documents(root):
        text = re.sub(_GENERATED, lambda part: "\n" * part[0].count("\n"), read(path))
        for number, line in enumerate(text.splitlines(), start=1):
            if named.search(line):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    return found
