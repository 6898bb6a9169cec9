"""Packs one function for the emulator's Python workers: the sources of its image, and a shim."""

import io
import zipfile
from pathlib import Path

from images.sources import handler_sources
from local.errors import LocalError

SHIM = "_local_worker"
"""Name of ``worker.py`` inside the package; its handler is ``_local_worker.handler``."""

_SHIM_SOURCE = Path(__file__).with_name("worker.py")
# The earliest time that zip knows; one time for all, so that equal sources give equal bytes.
_TIME = (1980, 1, 1, 0, 0, 0)


def folder_of(handler: str) -> str:
    """Return the folder of a function, by its handler.

    ``handlers.create_user.handler.handler`` gives ``create_user``.

    Raises:
        LocalError: the handler has another form.
    """
    parts = handler.split(".")
    if len(parts) < 4 or parts[0] != "handlers" or not all(part.isidentifier() for part in parts):
        raise LocalError(
            f"The image's command is {handler!r}; local workers need one of the form "
            "handlers.<function>.<module>.<name>, such as handlers.create_user.handler.handler."
        )
    return parts[1]


def pack(root: Path, folder: str) -> bytes:
    """Return the zip file of one function: its sources, and the shim.

    It holds no other function's code, so that a wrong import fails here as it does in the image.

    Raises:
        LocalError: there is no such folder.
    """
    if not (root / "handlers" / folder).is_dir():
        raise LocalError(
            f"{root / 'handlers' / folder} does not exist: a function's code is in the folder of "
            "its name."
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as package:
        for file in handler_sources(root, folder):
            package.writestr(_entry(file.relative_to(root).as_posix()), file.read_bytes())
        package.writestr(_entry(f"{SHIM}.py"), _SHIM_SOURCE.read_bytes())
    return buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _TIME)
    entry.external_attr = 0o644 << 16
    return entry
