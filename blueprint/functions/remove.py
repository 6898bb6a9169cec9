"""Removes a function: its folders, its paragraph of the program, its keys in stack files.

Or a feature: its functions, its module, and what it alone needed of ``handlers/domain/``.
"""

import difflib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from blueprint.functions import program_removal, stack_keys
from blueprint.functions.files import read, write
from blueprint.functions.names import check_known, folder_of, folders, function_names
from images.sources import handler_sources


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
    changed = stack_keys.removed(root, name) | _unlinked(root, *_of(name), log=name)
    for path, text in {main: after, **changed}.items():
        write(path, text)
    deleted = [folder for folder in folders(root, name) if folder.exists()]
    for folder in deleted:
        shutil.rmtree(folder)
    return Removed(
        paths=[*deleted, main, *changed],
        diff=_diff(root, main, before, after),
        mentions=_mentions(root, name),
    )


def is_feature(root: Path, name: str) -> bool:
    """Check for a feature that has a module of its own."""
    return name.isidentifier() and (root / "features" / f"{name}.py").is_file()


def remove_feature(root: Path, name: str) -> Removed:
    """Remove a feature, and its page of ``docs/``. Run ``make documents`` afterwards.

    Raises:
        ProgramError, ProjectError: as for one of its functions.
    """
    main, module = root / "__main__.py", root / "features" / f"{name}.py"
    before = read(main)
    after = program_removal.without_feature(before, name)
    functions = program_removal.functions_of(read(module))
    needed = _domain(root, functions)
    removed = [remove(root, function) for function in functions]
    write(main, after)
    page = [path for path in [root / "docs" / f"{name}.md"] if path.exists()]
    unused = [module, *page, *sorted(needed - _domain(root, function_names(root)))]
    for path in unused:
        path.unlink()
    for path, text in _unlinked(root, *(each.name for each in (*page, *unused[1:]))).items():
        write(path, text)
    changed = {path for each in removed for path in each.paths} - {module}
    return Removed(
        paths=[*sorted(changed), *unused, main],
        diff=_diff(root, main, before, after),
        mentions=_mentions(root, *functions),
    )


def _domain(root: Path, functions: list[str]) -> set[Path]:
    """Return the modules of ``handlers/domain/`` that functions need."""
    return {
        path
        for function in functions
        for path in handler_sources(root, folder_of(function))
        if path.parent == root / "handlers" / "domain" and path.name != "__init__.py"
    }


def _diff(root: Path, path: Path, before: str, after: str) -> str:
    return "".join(
        difflib.unified_diff(
            before.splitlines(keepends=True),
            after.splitlines(keepends=True),
            str(path.relative_to(root)),
            "after",
        )
    )


def _documents(root: Path) -> list[Path]:
    return [root / "README.md", *sorted(root.glob("docs/*.md"))]


def _of(name: str) -> list[str]:
    """Return how links begin that lead to a function's sources."""
    return [f"{where}/{folder_of(name)}/" for where in ("handlers", "images", "tests/functions")]


def _unlinked(root: Path, *gone: str, log: str = "") -> dict[Path, str]:
    """Return the documents without what would no longer work: links and log queries."""
    paths = "|".join(map(re.escape, gone))
    link = re.compile(rf"\[([^\]]*)\]\([^)]*\b(?:{paths})[^)]*\)")
    query = re.compile(rf"^records \"\$LOGS-{re.escape(log)}\" .*\r?\n", re.MULTILINE)
    changed = {}
    for path in _documents(root):
        before = read(path)
        after = query.sub("", link.sub(r"\1", before))
        if after != before:
            changed[path] = after
    return changed


def _mentions(root: Path, *names: str) -> list[str]:
    words = "|".join(map(re.escape, names))
    return [
        f"{path.relative_to(root)}:{number}: {line.strip()}"
        for path in _documents(root)
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if re.search(rf"(?<![\w-])({words})(?![\w-])", line)
    ]
