"""Reads the names of the program's variables from its source."""

import ast
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, field

_MAIN = "__main__.py"


class Stored(Struct):
    """The variable in which the program stores a resource: ``users = stack.table("users", …)``.

    Attributes:
        variable: what `__main__.py` calls it, such as ``users`` or ``uploads.table``.
        name: the resource's name.
        maker: what made it, such as ``table``.
        module: the file that makes it.
        inside: what that file calls it, such as ``self.table``.
    """

    variable: str
    name: str
    maker: str
    module: str = _MAIN
    inside: str = ""


class Source(Struct):
    """The program's variables, and the file that declares each function."""

    stored: list[Stored] = field(default_factory=list)
    functions: dict[str, str] = field(default_factory=dict)

    def variable(self, name: str, maker: str, function: str) -> str | None:
        """Return what a function's grants call a resource, by its name and its maker."""
        for found in self.stored:
            if (found.name, found.maker) == (name, maker):
                is_inside = found.inside and found.module == self.functions.get(function)
                return found.inside if is_inside else found.variable
        return None

    def mail_sender(self) -> str:
        """Return the name of the first sender of e-mails."""
        return next((each.name for each in self.stored if each.maker == "mail_sender"), "")


def source_of(root: Path) -> Source:
    """Return what `__main__.py` and the modules of `features/` declare."""
    found = Source()
    features: dict[str, str] = {}
    for path in [root / _MAIN, *sorted((root / "features").glob("*.py"))]:
        module = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_bytes())
        found.functions |= dict.fromkeys(_functions(tree), module)
        for owner in [tree, *(node for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]:
            class_ = owner.name if isinstance(owner, ast.ClassDef) else ""
            for target, maker, name in _assigned(owner):
                match target:
                    case ast.Name(variable) if not class_:
                        if name:
                            found.stored.append(Stored(variable, name, maker, module))
                        if module == _MAIN:  # uploads = Uploads(…)
                            features[maker] = variable
                    case ast.Attribute(ast.Name("self"), attribute) if name and class_:
                        variable = f"{features.get(class_, 'self')}.{attribute}"
                        inside = f"self.{attribute}"
                        found.stored.append(Stored(variable, name, maker, module, inside))
    return found


def _assigned(tree: ast.AST) -> Iterator[tuple[ast.expr, str, str]]:
    """Yield what a call is assigned to, the call's name, and its first argument if it is text."""
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[target], value=ast.Call(func=called, args=arguments)):
                maker = getattr(called, "attr", getattr(called, "id", ""))
                first = arguments[0] if arguments else None
                name = first.value if isinstance(first, ast.Constant) else ""
                yield target, maker, name if isinstance(name, str) else ""


def _functions(tree: ast.AST) -> Iterator[str]:
    """Yield the names in ``{"get-user": Function(…)}``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                match key, value:
                    case ast.Constant(str(name)), ast.Call(func=ast.Name("Function")):
                        yield name
