"""The table of which edit rebuilds which image, from the contents of the images."""

from collections import defaultdict

from blueprint.project import ROOT
from images import context

_OWN = ("handlers", "images")
"""Below these, the folder with a function's name holds what only that function has."""


def table() -> str:
    """Return the table in Markdown: files of several images, and those images."""
    functions = sorted(path.parent.name for path in ROOT.glob("handlers/*/handler.py"))
    holders: dict[str, list[str]] = defaultdict(list)
    for function in functions:
        for path in context.sources(function).values():
            holders[path.relative_to(ROOT).as_posix()].append(function.replace("_", "-"))
    files: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for file, found in sorted(holders.items()):
        if not file.startswith(tuple(f"{at}/{f}/" for f in functions for at in _OWN)):
            files[tuple(found)].append(f"`{file}`")
    rows = [
        f"| {', '.join(names)} | {'all' if len(found) == len(functions) else ', '.join(found)} |"
        for found, names in sorted(files.items(), key=lambda each: (-len(each[0]), each[0]))
    ]
    return "\n".join(
        [
            "| edited file | images that are rebuilt |",
            "|---|---|",
            *rows,
            "| `handlers/<function>/`, except `operation.py`; `images/<function>/requirements.txt`"
            " | the function's own |",
            "| any other file | none |",
        ]
    )
