"""Each test fails if the emulator's own function takes the place of the one that it calls."""

import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from ministack.services import cloudwatch_logs  # type: ignore[import-untyped]

from local.server.collisions import describe_log_groups, register_session


@pytest.fixture(autouse=True)
def impatient() -> Iterator[None]:
    """Let threads take turns all the time, so that what can collide does."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def test_environments_that_start_at_once_all_get_credentials() -> None:
    def start(environment: int) -> None:
        for number in range(300):
            register_session(f"ASIA{environment}-{number}", {"Arn": "arn:aws:sts::1:role/a"})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(start, range(8)))


def test_log_groups_are_listed_while_functions_log() -> None:
    group = {"logGroupName": "busy"}
    cloudwatch_logs._create_log_group(group)
    done = threading.Event()

    def log() -> None:
        number = 0
        while not done.is_set():
            cloudwatch_logs._create_log_stream({**group, "logStreamName": f"{number}"})
            number += 1
            if number > 99:
                cloudwatch_logs._delete_log_stream({**group, "logStreamName": f"{number - 100}"})

    with ThreadPoolExecutor(1) as pool:
        logging = pool.submit(log)
        try:
            for _ in range(300):
                assert b"busy" in describe_log_groups({})[2]
        finally:
            done.set()
            logging.result()
