"""Counts what a cold start imports: ``python imported_modules.py HANDLER`` prints it as JSON.

``modules`` is the number of modules, including those of the runtime interface client and Python.
``uncompiled`` lists those that Python had to compile because they have no valid bytecode.
This module uses the standard library only, because it runs inside images.
"""

import importlib
import importlib.util
import json
import os
import sys
from pathlib import Path
from types import ModuleType


def has_bytecode(source: Path, cached: Path) -> bool:
    """Return True if a module has valid bytecode for this Python and this source.

    The file's first 16 bytes: https://peps.python.org/pep-0552/.
    """
    if not cached.is_file():
        return False
    with cached.open("rb") as file:
        head = file.read(16)
    if head[:4] != importlib.util.MAGIC_NUMBER:
        return False
    if head[4] & 1:
        return head[8:] == importlib.util.source_hash(source.read_bytes())
    state = source.stat()
    numbers = (int(state.st_mtime) & 0xFFFFFFFF, state.st_size & 0xFFFFFFFF)
    return head[8:] == b"".join(number.to_bytes(4, "little") for number in numbers)


def _uncompiled(module: ModuleType) -> bool:
    spec = getattr(module, "__spec__", None)  # some of Python's own are not real modules
    if spec is None or not spec.has_location or not str(spec.origin).endswith(".py"):
        return False  # built in, frozen, or a library in machine code
    return not has_bytecode(Path(str(spec.origin)), Path(str(spec.cached)))


def main(handler: str) -> None:
    """Import what a cold start imports, and print the counts."""
    sys.path.insert(0, os.getcwd())  # as `python -m awslambdaric` has it
    sys.path.remove(str(Path(__file__).parent))
    importlib.import_module("awslambdaric.bootstrap")
    importlib.import_module(handler.rpartition(".")[0])
    loaded = {name: module for name, module in sys.modules.items() if name != "__main__"}
    uncompiled = sorted(name for name, module in loaded.items() if _uncompiled(module))
    print(json.dumps({"modules": len(loaded), "uncompiled": uncompiled}))


if __name__ == "__main__":
    main(sys.argv[1])
