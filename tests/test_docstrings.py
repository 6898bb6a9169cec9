"""Docstrings of functions begin with what the function does."""

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
NEVER_FIRST = {"Give", "Gives", "Say", "Says", "Tell", "Tells", "What", "Where", "Whether", "Which"}
QUOTED = re.compile(rf"""["'][\\\s]*({"|".join(NEVER_FIRST)})\b""")
"""Found in every source that has such a docstring; most sources need not be parsed."""


def sources() -> list[Path]:
    """Return every Python file of the repository, without environments and built folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = [ROOT / line for line in listed.stdout.splitlines()]
    return [path for path in found if path.exists()]


def badly_begun(source: str) -> Iterator[str]:
    """Yield the name of each function whose docstring begins with one of ``NEVER_FIRST``."""
    if not QUOTED.search(source):
        return
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            words = (ast.get_docstring(node) or "").split()
            if words and words[0] in NEVER_FIRST:
                yield node.name


def test_docstrings_begin_with_what_the_function_does() -> None:
    found = sources()
    assert len(found) > 100
    wrong = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in found
        for name in badly_begun(path.read_text())
    ]
    assert wrong == []


def test_a_docstring_that_begins_otherwise_is_found() -> None:
    source = 'def a():\n    """Give it."""\n\nasync def b():\n    """Whether it is."""\n'
    assert list(badly_begun(source + '\ndef c():\n    """Return it."""\n')) == ["a", "b"]
