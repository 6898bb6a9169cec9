"""Checks an answer, and describes it in errors."""

from typing import Any

from ops.smoke.api import Answer
from ops.smoke.errors import Failed


def expect(answer: Answer, status: int, body: Any = None) -> Answer:
    """Return an answer that has this status, and this body unless it is None.

    Raises:
        Failed: it has another status or body.
    """
    if answer.status != status or (body is not None and answer.body != body):
        raise Failed(f"expected {status}{f' {body}' if body else ''}; {came(answer)}")
    return answer


def came(answer: Answer) -> str:
    """Return a text that describes the answer that was received."""
    request = answer.headers.get("x-amzn-requestid")
    return f"got {answer.status} {answer.body}" + (f" (request {request})" if request else "")
