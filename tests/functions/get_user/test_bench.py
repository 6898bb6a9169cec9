"""Tests that the benchmark counts only work that was done."""

import json
from typing import Any

import pytest

from checks.bench import BenchError
from checks.bench.warm_calls import USER
from tests.support.bench import measure


def test_work_that_was_done_counts() -> None:
    assert measure("get_user", {"statusCode": 200, "body": json.dumps(USER)}, 1) == 1


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ({"statusCode": 404, "body": '{"error": "User not found"}'}, 1),
        ({"statusCode": 200, "body": json.dumps(USER)}, 0),
    ],
)
def test_work_that_was_not_done_is_refused(answer: Any, calls: int) -> None:
    with pytest.raises(BenchError, match=f"^x, .*{calls} calls$"):
        measure("get_user", answer, calls)
