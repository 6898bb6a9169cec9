"""Tells the benchmarks how to measure this function: two calls, and a form that is signed."""

import json
from typing import Any

from checks.bench.functions import Work, sample_event

LIMITS = {"modules": 395}  # the use case is in modules of its own, which GraphQL shares


def is_requested(answer: Any) -> bool:
    """Return True if an answer holds a signed form."""
    return bool(
        answer["statusCode"] == 201
        and json.loads(answer["body"])["form"]["fields"]["x-amz-signature"]
    )


WORK = Work(
    group="own time of POST /users/{id}/uploads",
    baselines={},
    event=sample_event("request_upload"),
    is_done=is_requested,
    calls=2,
    goal=400,
    count=500,
)
