"""A function's paragraph of ``__main__.py``, and where it goes."""

import ast
from dataclasses import dataclass
from typing import TypeVar

from blueprint.functions.source import ProgramError, Source, parse

T = TypeVar("T", bound=ast.expr)

_NO_PLACE = "__main__.py has no {}. Paste the paragraph by hand: app new without --paste prints it."


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """What a function adds to the program.

    Attributes:
        entry: its entry in ``stack.functions(functions={…})``.
        imported: an import that the rest needs, if any.
        resource: a statement that makes what triggers it, if that is new.
        route: an item of the API's ``routes``.
        trigger: a statement that makes its trigger.
        queue: the trigger's variable, an item of ``queues`` of ``stack.monitoring``.
        stream: the same for ``streams``.
    """

    entry: str
    imported: str = ""
    resource: str = ""
    route: str = ""
    trigger: str = ""
    queue: str = ""
    stream: str = ""

    @property
    def statements(self) -> str:
        """The statements that it adds."""
        return f"{self.imported}\n{self.resource}\n{self.trigger}\n"

    def __str__(self) -> str:
        parts = {
            "Imports": self.imported,
            "Next to the other tables, buckets and queues": self.resource,
            "In stack.functions(functions={…})": self.entry,
            "In routes of stack.rest_api": self.route,
            "Next to the other triggers": self.trigger,
            "In queues of stack.monitoring": self.queue,
            "In streams of stack.monitoring": self.stream,
        }
        return "\n".join(f"# {place}:\n{text}" for place, text in parts.items() if text)


def bound_names(text: str) -> set[str]:
    """Return the names that a program's statements assign or import."""
    names: set[str] = set()
    for node in parse(text).body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names |= {alias.asname or alias.name.partition(".")[0] for alias in node.names}
        else:
            stored = (n for n in ast.walk(node) if isinstance(n, ast.Name))
            names |= {each.id for each in stored if isinstance(each.ctx, ast.Store)}
    return names


def used_names(text: str) -> set[str]:
    """Return the names that a program reads."""
    names = [node for node in ast.walk(parse(text)) if isinstance(node, ast.Name)]
    return {name.id for name in names if isinstance(name.ctx, ast.Load)}


def paste(text: str, paragraph: Paragraph) -> str:
    """Return the program with a function's paragraph at its places.

    Raises:
        ProgramError: a place was not found.
    """
    source = Source(text)
    entries = argument_of(source, "functions", "functions", ast.Dict)
    _append(source, entries, entries.values, f"\n{paragraph.entry}")
    if paragraph.imported:
        imports = [n for n in source.tree.body if isinstance(n, ast.ImportFrom)]
        module = paragraph.imported.split()[1]
        before = [node for node in imports if (node.module or "") < module]
        source.insert(source.end_of_line((before or imports)[-1]), f"{paragraph.imported}\n")
    if paragraph.resource:
        stored = [n for n in source.tree.body if made_by(n) in {"table", "bucket", "queue"}]
        if not stored:
            raise ProgramError(_NO_PLACE.format("a table, bucket or queue of stack"))
        source.insert(source.end_of_line(stored[-1]), f"{paragraph.resource}\n")
    if paragraph.route:
        routes = argument_of(source, "rest_api", "routes", ast.List)
        _append(source, routes, routes.elts, f"\n    {paragraph.route}")
    if paragraph.trigger:
        body = source.tree.body
        where = [n for n, node in enumerate(body) if made_by(node) == "monitoring"]
        if not where:
            raise ProgramError(_NO_PLACE.format("stack.monitoring"))
        source.insert(source.end_of_line(body[where[0] - 1]), f"{paragraph.trigger}\n")
    for keyword, name in (("queues", paragraph.queue), ("streams", paragraph.stream)):
        if name:
            items = argument_of(source, "monitoring", keyword, ast.List)
            fits = bool(items.elts) and source.room(items.elts[-1]) >= len(f", {name}")
            beside = f" {name}" if fits else f"\n        {name}"
            _append(source, items, items.elts, beside if items.elts else name)
    return source.edited()


def _append(source: Source, literal: ast.expr, items: list[ast.expr], text: str) -> None:
    """Append an item to a list or dict, which may be empty."""
    if items:
        source.insert(source.end(items[-1]), f",{text}")
    else:
        source.insert(source.start(literal) + 1, text)


def made_by(node: ast.stmt) -> str | None:
    """Return which method of ``stack`` makes what a statement assigns."""
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
        function = node.value.func
        if isinstance(function, ast.Attribute) and ast.unparse(function.value) == "stack":
            return function.attr
    return None


def argument_of(source: Source, method: str, keyword: str, kind: type[T]) -> T:
    """Return the value of a keyword in the call of a method of ``stack``.

    Raises:
        ProgramError: there is no such argument.
    """
    for node in source.tree.body:
        if made_by(node) == method and isinstance(node, ast.Assign | ast.Expr):
            for argument in getattr(node.value, "keywords", []):
                if argument.arg == keyword and isinstance(argument.value, kind):
                    return argument.value
    raise ProgramError(
        f"__main__.py has no stack.{method}({keyword}=…) with a literal {kind.__name__.lower()}. "
        "Edit it by hand."
    )
