"""What the program registers in other partitions than ``aws``."""

import pytest

from blueprint.recorder import run
from tests.support.partitions import Partition, check, each_partition, recorder


@each_partition
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_no_name_of_another_partition_is_left(stack: str, partition: Partition) -> None:
    check(run(stack, recorder=recorder(partition)), partition)
