"""Names resources as the program does: what a deployment leaves for the recorder to read."""

import ast
from collections.abc import Mapping
from pathlib import Path

import msgspec
from msgspec import Struct, field

from local import private_file


class Stored(Struct):
    """What the program stores something in: ``users = stack.table("users", …)``."""

    variable: str
    name: str
    maker: str


class Program(Struct):
    """The names of a deployed program.

    Attributes:
        history: path of the history.
        names: what each physical name is called in the program, such as ``users``.
        stored: the program's variables.
    """

    history: str
    names: dict[str, str] = field(default_factory=dict)
    stored: list[Stored] = field(default_factory=list)

    def name(self, physical: str) -> str:
        """Return a resource's name in the program; its physical name, if it has none there."""
        return self.names.get(physical, physical)

    def variable(self, name: str, maker: str) -> str | None:
        """Return the variable of a resource by its name and by what made it, such as ``table``."""
        found = [s.variable for s in self.stored if (s.name, s.maker) == (name, maker)]
        return found[0] if found else None


FILE = "recorder.json"
"""In the emulator's folder. While it is not there, nothing is recorded."""


def write(directory: Path, *, history: Path, names: Mapping[str, str], root: Path) -> None:
    """Write for the emulator's process where to record, and what things are called."""
    program = Program(str(history), dict(names), stored_by(root))
    private_file.write(directory / FILE, msgspec.json.encode(program))


def read(file: Path) -> Program:
    """Return what a deployment has written."""
    return msgspec.json.decode(file.read_bytes(), type=Program)


def stored_by(root: Path) -> list[Stored]:
    """Return the variables of the program, and of its features' modules, that are resources."""
    found = []
    for path in [root / "__main__.py", *sorted((root / "features").glob("*.py"))]:
        for node in ast.walk(ast.parse(path.read_bytes())):
            match node:
                case ast.Assign(
                    targets=[ast.Name(id=variable)],
                    value=ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]),
                ):
                    maker = function.attr if isinstance(function, ast.Attribute) else None
                    maker = function.id if isinstance(function, ast.Name) else maker
                    found.append(Stored(variable, name, maker or ""))
    return found
