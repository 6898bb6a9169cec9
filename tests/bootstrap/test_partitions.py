"""What the account's program registers in other partitions than ``aws``."""

from blueprint.recorder import run
from tests.support.accounts import ENVIRONMENTS, FOLDER, NAMESPACE
from tests.support.partitions import Partition, check, each_partition, recorder


@each_partition
def test_no_name_of_another_partition_is_left(partition: Partition) -> None:
    settings = {f"{NAMESPACE}:environments": ENVIRONMENTS}
    made = run("account", folder=FOLDER, settings=settings, recorder=recorder(partition))
    check(made, partition)
