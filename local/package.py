"""Packs what the emulator's Python workers run: a shim that imports the function's handler."""

import io
import zipfile
from pathlib import Path

from images import sources
from local.errors import LocalError

SHIM = "_local_worker"
"""Name of ``worker.py`` inside the package; its handler is ``_local_worker.handler``."""

LIVE = "_local_live"
"""Name of ``live.py`` inside the package and in containers."""

FILES = {
    SHIM: Path(__file__).with_name("worker.py"),
    LIVE: Path(__file__).with_name("live.py"),
    "_local_debugger": Path(__file__).with_name("debugger.py"),
    "_local_sources": Path(sources.__file__),
}
"""The package's modules, and where each one's source is."""

# The earliest time that zip knows; one time for all, so that equal sources give equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def folder_of(handler: str) -> str:
    """Return the folder of a function, by its handler.

    ``handlers.greet.handler.handler`` gives ``greet``.

    Raises:
        LocalError: the handler has another form.
    """
    parts = handler.split(".")
    if len(parts) < 4 or parts[0] != "handlers" or not all(part.isidentifier() for part in parts):
        raise LocalError(
            f"The image's command is {handler!r}; local workers need one of the form "
            "handlers.<function>.<module>.<name>, such as handlers.greet.handler.handler."
        )
    return parts[1]


def check_folder(root: Path, folder: str) -> None:
    """Check that a function's code is where its handler says.

    Raises:
        LocalError: there is no such folder.
    """
    if not (root / "handlers" / folder).is_dir():
        raise LocalError(
            f"{root / 'handlers' / folder} does not exist: a function's code is in the folder of "
            "its name."
        )


def pack() -> bytes:
    """Return the zip file of every worker. The handler itself stays in the project's folder."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for name, source in FILES.items():
            package.writestr(_entry(f"{name}.py"), source.read_bytes())
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.external_attr = 0o644 << 16
    return entry
