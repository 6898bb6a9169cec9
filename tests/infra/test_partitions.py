"""What the program registers in other partitions than ``aws``."""

import pytest

from blueprint.recorder import run
from tests.support.partitions import CHINA, EUROPE, Partition, check, recorder


@pytest.mark.parametrize(
    ("stack", "partition"),
    [
        ("prod", EUROPE),
        # What is not named by its partition is found in any other one.
        pytest.param("dev", CHINA, marks=pytest.mark.long),
        pytest.param("dev", EUROPE, marks=pytest.mark.long),
        pytest.param("prod", CHINA, marks=pytest.mark.long),
    ],
    ids=lambda value: value if isinstance(value, str) else value.name,
)
def test_no_name_of_another_partition_is_left(stack: str, partition: Partition) -> None:
    check(run(stack, recorder=recorder(partition)), partition)
