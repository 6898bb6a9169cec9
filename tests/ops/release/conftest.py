"""An emulator of its own for each test: its alarms do not tell functions apart."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.bare_emulator import bare_emulator
from tests.support.release_world import REGION, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with bare_emulator(tmp_path / "emulator", REGION) as aws:
        yield World(aws, tmp_path)
