"""Tests that the benchmark counts only work that was done."""

from typing import Any

import pytest

from checks.bench import BenchError
from tests.support.bench import measure


def test_work_that_was_done_counts() -> None:
    assert measure("send_email", {"batchItemFailures": []}, 30) == 1


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ({"batchItemFailures": [{"itemIdentifier": "message-9"}]}, 30),
        ({"batchItemFailures": []}, 29),
        (None, 30),
    ],
)
def test_work_that_was_not_done_is_refused(answer: Any, calls: int) -> None:
    with pytest.raises(BenchError, match=f"^x, .*{calls} calls$"):
        measure("send_email", answer, calls)
