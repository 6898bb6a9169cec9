"""What this tree's program registers, as a plan sees it."""

import pytest

from blueprint.plan.snapshot import Snapshot, take_snapshots
from blueprint.project import ROOT


@pytest.fixture(scope="session")
def prod() -> Snapshot:
    (snapshot,) = take_snapshots({"this tree": ROOT}, "prod")
    return snapshot
