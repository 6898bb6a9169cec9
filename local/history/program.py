"""Names resources as the program does, from what a deployment writes for the recorder."""

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct, field

from local import private_file
from local.history.source import Source, source_of

if TYPE_CHECKING:  # the emulator's process does without pydantic
    from local.deployed import Deployed


class Program(Struct):
    """The names of a deployed program.

    Attributes:
        history: path of the history.
        names: what each physical name is called in the program, such as ``users``.
        source: the program's variables.
        environments: by a function's name in the program, its environment variables.
    """

    history: str
    names: dict[str, str] = field(default_factory=dict)
    source: Source = field(default_factory=Source)
    environments: dict[str, dict[str, str]] = field(default_factory=dict)

    def name(self, physical: str) -> str:
        """Return a resource's name in the program; its physical name, if it has none there."""
        return self.names.get(physical, physical)


FILE = "recorder.json"
"""In the emulator's folder. While it is not there, nothing is recorded."""


def write(directory: Path, *, history: Path, deployed: "Deployed", root: Path) -> None:
    """Write for the emulator's process where to record, and what things are called."""
    names, environments = deployed.names, deployed.environments
    program = Program(str(history), names, source_of(root), environments)
    private_file.write(directory / FILE, msgspec.json.encode(program))


def read(file: Path) -> Program:
    """Return what a deployment has written."""
    return msgspec.json.decode(file.read_bytes(), type=Program)
