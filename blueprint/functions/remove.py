"""Removes a function: its folders, its paragraph of the program, its keys in stack files."""

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from blueprint.functions import program_removal, stack_keys
from blueprint.functions.files import read, write
from blueprint.functions.names import check_known, folder_of, folders


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
    """Remove a function. Run ``make documents`` afterwards.

    Raises:
        WrongName: there is no such function.
        ProgramError: the program uses it in a way that only a person can undo; nothing was changed.
        ProjectError: a stack file must be edited by hand; nothing was changed.
    """
    check_known(root, name)
    main = program_removal.file_of(root, name)
    before = read(main)
    after = program_removal.removed(before, name)
    changed = stack_keys.removed(root, name) | _unlinked(root, name)
    for path, text in {main: after, **changed}.items():
        write(path, text)
    deleted = [folder for folder in folders(root, name) if folder.exists()]
    for folder in deleted:
        shutil.rmtree(folder)
    diff = difflib.unified_diff(
        before.splitlines(keepends=True),
        after.splitlines(keepends=True),
        str(main.relative_to(root)),
        "after",
    )
    return Removed(
        paths=[*deleted, main, *changed], diff="".join(diff), mentions=_mentions(root, name)
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


def _mentions(root: Path, name: str) -> list[str]:
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in _documents(root)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", line)
    ]
