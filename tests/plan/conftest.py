"""What this tree's program registers, as a plan sees it."""

import pytest

from infra.recorder import ROOT
from plan.snapshot import Snapshot, take


@pytest.fixture(scope="session")
def prod() -> Snapshot:
    (snapshot,) = take({"this tree": ROOT}, "prod")
    return snapshot
