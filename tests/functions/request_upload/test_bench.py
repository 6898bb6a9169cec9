"""Tests that the benchmark counts only work that was done."""

import json
from typing import Any

import pytest

from checks.bench import BenchError
from tests.support.bench import measure

SIGNED = json.dumps({"form": {"fields": {"x-amz-signature": "a"}}})


def test_work_that_was_done_counts() -> None:
    assert measure("request_upload", {"statusCode": 201, "body": SIGNED}, 2) == 1


@pytest.mark.parametrize(
    ("answer", "calls"),
    [
        ({"statusCode": 404, "body": '{"error": "User not found"}'}, 1),
        ({"statusCode": 201, "body": SIGNED}, 1),
        ({"statusCode": 201, "body": '{"form": {"fields": {"x-amz-signature": ""}}}'}, 2),
    ],
)
def test_work_that_was_not_done_is_refused(answer: Any, calls: int) -> None:
    with pytest.raises(BenchError, match=f"^x, .*{calls} calls$"):
        measure("request_upload", answer, calls)
