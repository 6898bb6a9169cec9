"""Settings that a deployment writes for the console: the stack's outputs, and the page's key.

The file contains all outputs, API keys included, so only its owner can read it.
"""

import secrets
import time
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from local import private_file

FILE = "console.json"
"""In the emulator's folder. While it is not there, there is no console."""

_OPENING = "console-opening"
_OPENING_SECONDS = 60


class Function(Struct):
    """One deployed function: its physical name, and the alias that triggers call."""

    name: str
    qualifier: str


class Settings(Struct):
    """The settings that the console needs.

    Attributes:
        key: opens the page; whoever knows it sees everything.
        root: the project's folder.
        stack: the stack's name.
        outputs: the stack's.
        names: what each physical name is called in the program.
        functions: the functions by logical name.
    """

    key: str
    root: str
    stack: str
    outputs: dict[str, Any]
    names: dict[str, str]
    functions: dict[str, Function]

    def name(self, physical: str) -> str:
        """Return a resource's name in the program; its physical name, if it has none there."""
        return self.names.get(physical, physical)


def write(directory: Path, *, root: Path, stack: str, deployed: Any) -> str:
    """Write the settings of a deployment into the emulator's folder; the key stays as it is.

    Returns:
        The key.
    """
    file = directory / FILE
    key = read(file).key if file.exists() else secrets.token_urlsafe(24)
    functions = {
        name: Function(ref.name, ref.qualifier) for name, ref in deployed.functions.items()
    }
    settings = Settings(key, str(root), stack, deployed.outputs, deployed.names, functions)
    private_file.write(file, msgspec.json.encode(settings))
    return key


def read(file: Path) -> Settings:
    """Return what a deployment has written."""
    return msgspec.json.decode(file.read_bytes(), type=Settings)


def address(directory: Path, endpoint: str) -> str:
    """Return the address that opens the page in a browser, by the emulator's folder."""
    return f"{endpoint}/?key={read(directory / FILE).key}"


def address_for_once(directory: Path, endpoint: str) -> str:
    """Return an address that opens the page once, within a minute.

    A browser is started with it, and everybody on this machine can see its command line.
    """
    key = secrets.token_urlsafe(24)
    private_file.write(directory / _OPENING, key.encode())
    return f"{endpoint}/?key={key}"


def opens(file: Path, given: str) -> bool:
    """Return True if a key opens the page: that of the settings, or one for once, now used up."""
    if secrets.compare_digest(given.encode(), read(file).key.encode()):
        return True
    opening = file.with_name(_OPENING)
    try:
        key, age = opening.read_bytes(), time.time() - opening.stat().st_mtime
    except FileNotFoundError:
        return False
    if not secrets.compare_digest(given.encode(), key):
        return False
    opening.unlink()
    return age < _OPENING_SECONDS
