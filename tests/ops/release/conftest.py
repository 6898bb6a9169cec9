"""An emulator of its own for each test: its alarms do not tell functions apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.aws import Aws
from local.emulator import Emulator, free_port
from tests.support.release_world import REGION, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    emulator = Emulator(port=free_port(), directory=tmp_path / "emulator", region=REGION)
    try:
        emulator.start()
        emulator.wait_until_healthy()
        aws = Aws(emulator.endpoint, REGION)
        yield World(aws, tmp_path)
        aws.close()
    finally:
        emulator.stop()
