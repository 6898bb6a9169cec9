"""Removes a function or a feature: folders, paragraph of the program, keys in stack files."""

import ast
import difflib
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from blueprint.functions import program_removal, stack_keys
from blueprint.functions.files import read, write
from blueprint.functions.names import check_known, folder_of, folders, function_names, has_files
from blueprint.functions.source import ProgramError, parse

_GENERATED = re.compile(r"<!-- (\w+): written by `make documents` -->.*?<!-- end of \1 -->", re.S)


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was changed, and where the function is still mentioned.

    Attributes:
        paths: folders that were deleted and files that were changed.
        diff: what was changed in the program; empty if it made no such function.
        mentions: what is left for a person to edit: lines of README, documents and ``config.py``
            that name it, and settings that nothing reads any more.
    """

    paths: list[Path]
    diff: str
    mentions: list[str]


def remove(root: Path, name: str) -> Removed:
    """Remove a function, or all of a feature by its module's name. Then run ``make documents``.

    Of a function whose paragraph is not in the program, remove the folders and keys.

    Raises:
        WrongName: there is no such function.
        ProgramError: the program uses it in a way that only a person can undo, or a feature does
            not work without it, or another feature builds on it; nothing was changed.
        ProjectError: a stack file must be edited by hand; nothing was changed.
    """
    module = root / "features" / f"{folder_of(name)}.py"
    if not module.exists() and not has_files(root, name):
        check_known(root, name, features=True)
    settings = _settings_read(root)
    removed = _remove_feature(root, module) if module.exists() else _remove_function(root, name)
    unread = [
        f"config.py: {setting}, which the program no longer reads"
        for setting in sorted(settings - _settings_read(root))
    ]
    return replace(removed, mentions=[*unread, *removed.mentions])


def _remove_function(root: Path, name: str) -> Removed:
    main = program_removal.file_of(root, name)
    if main.parent.name == "features" and not _has_route(root, name):
        raise ProgramError(
            f"{main.relative_to(root)} does not work without {name}. Remove the whole feature: "
            f"app remove {main.stem.replace('_', '-')}. Or edit that file by hand."
        )
    before = after = read(main)
    if program_removal.functions_of(before, [name]):
        after = program_removal.removed(before, name)
    elif lines := program_removal.lines_that_use(root, name):
        raise ProgramError(
            f"The program makes no function {name!r}, but uses it. Edit these lines by hand:\n"
            + "\n".join(lines)
        )
    return _remove(root, [name], main, before, after)


def _remove_feature(root: Path, module: Path) -> Removed:
    """Remove a feature: its module, its functions, and its paragraph of ``__main__.py``."""
    if builders := program_removal.builders_on(root, module.stem):
        first = ", ".join(f"app remove {name.replace('_', '-')}" for name in builders)
        raise ProgramError(
            f"Other features build on {module.relative_to(root)}. Remove them first: {first}"
        )
    functions = program_removal.functions_of(read(module), function_names(root))
    main = root / "__main__.py"
    before = read(main)
    after = program_removal.without_feature(before, module.stem, functions)
    removed = _remove(root, functions, main, before, after)
    module.unlink()
    return replace(
        removed,
        paths=[module, *removed.paths],
        mentions=[*removed.mentions, *_pages(root, module.stem)],
    )


def _has_route(root: Path, name: str) -> bool:
    return (root / "handlers" / folder_of(name) / "operation.py").exists()


def _remove(root: Path, names: list[str], main: Path, before: str, after: str) -> Removed:
    """Write the program, and remove what else belongs to functions."""
    for name in names:
        stack_keys.removed(root, name)  # raises where a person must edit, before anything changes
    changed = {main: after} if after != before else {}
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
        mentions=_mentions(root, *(rf"(?<![\w-]){re.escape(name)}(?![\w-])" for name in names)),
    )


def _settings_read(root: Path) -> set[str]:
    """Return the settings that the program reads, such as ``schedules.report``."""
    modules = [root / "__main__.py", *root.glob("features/*.py")]
    nodes = [node for module in modules for node in ast.walk(parse(read(module)))]
    names = {ast.unparse(node) for node in nodes if isinstance(node, ast.Attribute)}
    found = {n.removeprefix("config.") for n in names if re.fullmatch(r"config(\.\w+)+", n)}
    return {each for each in found if not any(other.startswith(f"{each}.") for other in found)}


def _pages(root: Path, feature: str) -> list[str]:
    """Return a feature's page among the documents, and the lines that link to it."""
    page = f"docs/{feature}.md"
    if not (root / page).exists():
        return []
    lines = _mentions(root, rf"(?<![\w-]){re.escape(feature)}\.md\b")
    return [f"{page}: the whole page", *(line for line in lines if not line.startswith(page))]


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


def _mentions(root: Path, *patterns: str) -> list[str]:
    """Return the lines that match a pattern, except those that ``make documents`` writes."""
    found = []
    for path in [*_documents(root), *root.glob("config.py")]:
        text = re.sub(_GENERATED, lambda part: "\n" * part[0].count("\n"), read(path))
        for number, line in enumerate(text.splitlines(), start=1):
            if any(re.search(pattern, line) for pattern in patterns):
                found.append(f"{path.relative_to(root)}:{number}: {line.strip()}")
    return found
