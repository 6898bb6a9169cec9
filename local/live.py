"""Imports a function's handler from the project's folder, and again after each edit.

This file is part of every worker's package, and is mounted into containers. It runs with the
function's dependencies and nothing of this project, so it uses the standard library only. Two
variables lead to the handler: ``_LOCAL_PROJECT``, the project's folder, and ``_LOCAL_HANDLER``, its
name, such as ``handlers.greet.handler.handler``.

At the beginning of each invocation, the sources' bytes decide whether something has changed. File
times are too coarse: two edits may have the same time.
"""

import contextlib
import functools
import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

Handler = Callable[[Any, Any], Any]
FindSources = Callable[[Path, str], Sequence[Path]]

_PACKAGE = "handlers"
_COLLECT_EVERY = 10  # reloads; the garbage of one is about a megabyte
_COLLECT_AFTER_SECONDS = 0.2  # it takes as long as a call, which must not wait for it


class LiveHandler:
    """The handler of one function, as it is in the project's folder now.

    It imports nothing of ``handlers`` that the function's image would not hold.
    """

    def __init__(self, root: Path, name: str, find_sources: FindSources) -> None:
        """Import nothing yet.

        Args:
            root: the project's folder.
            name: the handler, such as ``handlers.greet.handler.handler``.
            find_sources: returns the files of a function; see ``images.sources``.
        """
        self._root = root
        self._module, _, self._attribute = name.rpartition(".")
        self._folder = name.split(".")[1]
        self._find_sources = find_sources
        self._sources: dict[Path, bytes] = {}
        self._listed: list[str] = []
        self._handler: Handler | None = None
        self._importer = _Importer(root)
        self._reloads = 0
        sys.meta_path.insert(0, self._importer)

    def current(self) -> Handler:
        """Return the handler; import it if a source has changed, or the last import failed.

        Raises:
            Exception: the import failed, as the source says.
        """
        if self._handler is None or self._changed():
            self._handler = None
            self._forget()
            self._read()
            __import__(self._module)  # importlib.import_module would be seen in tracebacks
            handler: Handler = getattr(sys.modules[self._module], self._attribute)
            self._handler = handler
        return self._handler

    def _changed(self) -> bool:
        """Return True if the function's folder or a file that it imports has changed."""
        try:
            return self._listed != _files(self._directory) or any(
                content != path.read_bytes() for path, content in self._sources.items()
            )
        except OSError:
            return True

    def _read(self) -> None:
        """Read all sources until they stay the same: an editor may be writing several."""
        while True:
            self._listed = _files(self._directory)
            found = self._find_sources(self._root, self._folder)
            self._sources = {path: path.read_bytes() for path in found}
            if not self._changed():
                break
        self._importer.sources = self._sources

    def _forget(self) -> None:
        """Remove the modules of the last import, with their clients and connections."""
        loaded = [name for name in sys.modules if name.partition(".")[0] == _PACKAGE]
        for name in loaded:
            del sys.modules[name]
        if loaded:
            self._reloads += 1
            if self._reloads % _COLLECT_EVERY == 0:
                later = threading.Timer(_COLLECT_AFTER_SECONDS, _collect)
                later.daemon = True
                later.start()

    @property
    def _directory(self) -> Path:
        return self._root / _PACKAGE / self._folder


class _Importer(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports ``handlers`` from sources that were read before."""

    def __init__(self, root: Path) -> None:
        self.sources: Mapping[Path, bytes] = {}
        self._root = root
        self._compiled: dict[Path, tuple[bytes, CodeType]] = {}

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return where a module of ``handlers`` is; None for all others.

        Raises:
            ModuleNotFoundError: the function has no such source.
        """
        if name.partition(".")[0] != _PACKAGE:
            return None
        module = self._root.joinpath(*name.split("."))
        package = module / "__init__.py"
        if package in self.sources:
            return importlib.util.spec_from_file_location(
                name, package, loader=self, submodule_search_locations=[str(module)]
            )
        file = module.with_suffix(".py")
        if file in self.sources:
            return importlib.util.spec_from_file_location(name, file, loader=self)
        if any(module in path.parents for path in self.sources):  # a folder without __init__.py
            spec = importlib.machinery.ModuleSpec(name, None, is_package=True)
            spec.submodule_search_locations = [str(module)]
            return spec
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    def exec_module(self, module: ModuleType) -> None:
        """Run the module. Tracebacks and debuggers see the project's file."""
        exec(self._code(Path(str(module.__file__))), module.__dict__)  # noqa: S102

    def _code(self, path: Path) -> CodeType:
        source = self.sources[path]
        compiled = self._compiled.get(path)
        if compiled is None or compiled[0] != source:
            compiled = source, compile(source, path, "exec", dont_inherit=True)
            self._compiled[path] = compiled
        return compiled[1]


def handler(event: Any, context: Any) -> Any:
    """Call the handler as it is in the project's folder, under a debugger if `app debug` runs."""
    if "_LOCAL_DEBUG_PORT" in os.environ:
        import _local_debugger  # type: ignore[import-not-found]  # beside this file

        if _local_debugger.wait(event):
            return None
    return _live().current()(event, context)


@functools.cache
def _live() -> LiveHandler:
    from _local_sources import handler_sources  # type: ignore[import-not-found]  # beside this file

    root, name = os.environ["_LOCAL_PROJECT"], os.environ["_LOCAL_HANDLER"]
    return LiveHandler(Path(root), name, handler_sources)


def start() -> None:
    """Import the handler before the first invocation, as Lambda does.

    A failed import fails the invocation instead, so that it is logged.
    """
    with contextlib.suppress(Exception):
        _live().current()


def _collect() -> None:
    gc.unfreeze()  # INIT hides what it made from the collector
    gc.collect()


def _files(folder: Path) -> list[str]:
    """Return the names of all files below a folder, sorted; none of caches and hidden ones."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name != "__pycache__" and name[0] != "."]
        found += [os.path.join(parent, name) for name in names if name[0] != "."]
    return sorted(found)


if __name__ == "_local_live":  # in a worker or a container
    start()
