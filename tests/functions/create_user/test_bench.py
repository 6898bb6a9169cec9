"""Tests that the benchmark counts only work that was done."""

import json
from typing import Any

import pytest

from checks.bench import BenchError
from checks.bench.warm_calls import USER
from tests.support.bench import measure

CREATED = json.dumps({"user": USER})
OTHER = json.dumps({"user": {**USER, "name": "Grace Hopper"}})


def test_work_that_was_done_counts() -> None:
    assert measure("create_user", {"statusCode": 201, "body": CREATED}, 1) == 1


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ({"statusCode": 500, "body": '{"error": "Failed to create user"}'}, 1),
        ({"statusCode": 200, "body": CREATED}, 1),
        ({"statusCode": 201, "body": OTHER}, 1),
        ({"statusCode": 201, "body": CREATED}, 0),
    ],
)
def test_work_that_was_not_done_is_refused(answer: Any, calls: int) -> None:
    with pytest.raises(BenchError, match=f"^x, .*{calls} calls$"):
        measure("create_user", answer, calls)
