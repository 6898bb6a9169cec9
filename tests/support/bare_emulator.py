"""An emulator with nothing deployed to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from local.aws import Aws
from local.emulator import Emulator, free_port


@contextmanager
def bare_emulator(folder: Path, region: str) -> Iterator[Aws]:
    """Run an emulator in a new folder; yield its clients."""
    emulator = Emulator(port=free_port(), directory=folder, region=region)
    try:
        emulator.start()
        emulator.wait_until_healthy()
        aws = Aws(emulator.endpoint, region, emulator.credentials)
        yield aws
        aws.close()
    finally:
        emulator.stop()
