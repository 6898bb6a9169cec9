"""Edits a Python source at places of its syntax tree, and leaves everything else as it is."""

import ast
from dataclasses import dataclass, field

from blueprint.functions.lines import LONGEST


class ProgramError(ValueError):
    """The program is not written as expected; the message says what to edit by hand."""


def parse(text: str) -> ast.Module:
    """Return a program's syntax tree.

    Raises:
        ProgramError: it is no Python.
    """
    try:
        return ast.parse(text)
    except SyntaxError as error:
        line = (error.text or "").strip()
        raise ProgramError(
            f"The program is not valid Python; line {error.lineno}: {error.msg}: {line}"
        ) from None


@dataclass
class Source:
    """A module's text, and edits of it that are made all at once.

    Raises:
        ProgramError: it is no Python.
    """

    text: str
    _edits: list[tuple[int, int, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.tree = parse(self.text)
        self._lines = [0]
        for line in self.text.encode().split(b"\n"):  # as Python counts lines, and no other way
            self._lines.append(self._lines[-1] + len(line) + 1)

    def start(self, node: ast.expr | ast.stmt) -> int:
        """Return the offset, in bytes, at which a node begins."""
        return self._lines[node.lineno - 1] + node.col_offset

    def end(self, node: ast.expr | ast.stmt) -> int:
        """Return the offset behind a node."""
        return self._lines[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)

    def end_of_line(self, node: ast.stmt) -> int:
        """Return the offset behind the line in which a statement ends."""
        return self._lines[node.end_lineno or 0]

    def room(self, node: ast.expr) -> int:
        """Return how many characters fit into the line in which a node ends."""
        return LONGEST - len(self.text.split("\n")[(node.end_lineno or 1) - 1].rstrip())

    def insert(self, offset: int, text: str) -> None:
        """Insert a text."""
        self._edits.append((offset, offset, text))

    def delete(self, start: int, end: int) -> None:
        """Delete what is between two offsets."""
        self._edits.append((start, end, ""))

    def delete_item(self, items: list[ast.expr], number: int, *, key: ast.expr | None) -> None:
        """Delete an item of a list, or of a dict by its key, with the comma beside it.

        An item of a dict without a key has two stars before it.
        """
        first = key or items[number]
        start = self.start(first)
        while self.text.encode()[start - 1 : start] == b"*":
            start -= 1
        if number:
            self.delete(self.end(items[number - 1]), self.end(items[number]))
        elif len(items) > 1:
            text = self.text.encode()
            end = text.index(b",", self.end(items[0])) + 1
            while text[end : end + 1] in (b" ", b"\r", b"\n"):
                end += 1
            self.delete(start, end)
        else:
            self.delete(start, self.end(items[0]))

    def edited(self) -> str:
        """Return the text with all edits."""
        content = self.text.encode()
        for start, end, text in sorted(self._edits, reverse=True):
            content = content[:start] + text.encode() + content[end:]
        return content.decode()
