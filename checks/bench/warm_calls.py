"""Measures warm invocations: ``python warm_calls.py HANDLER COUNT EVENT`` prints it as JSON.

``seconds`` is the median processor time of COUNT invocations, so other processes and rare garbage
collections do not count. ``answer`` and ``calls`` are of the first invocation, before measuring.

AWS calls are answered at once, in place of botocore. So a handler's own work for a call counts
(parameters, use of the answer), and the client's work does not (checks, signing, parsing, and a
table resource's conversion of values). Logs go through the runtime interface client's formatter and
sink, as in Lambda, to the null device. Each invocation gets a fresh event. This module runs inside
images, with their own Python, and needs only what every Lambda function has.
"""

import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_WARM_UP = 20
_LEFT_SECONDS = 900

USER = {
    "id": "user_01KAQ2Z4T5V6W7X8Y9ZABCDEFG",
    "name": "Ada Lovelace",
    "email": "ada@example.com",
    "created": "2026-11-23T03:28:47Z",
}
_ANSWERS: dict[str, Any] = {
    "GetItem": {"Item": {name: {"S": value} for name, value in USER.items()}},
    "UpdateItem": {"Attributes": {"begun": {"SS": ["this receipt"]}}},  # of a claim, the first one
    "SendEmail": {"MessageId": "bench"},
}
"""What the operations answer, as a client gives it; all others answer nothing."""


def answer_calls() -> list[str]:
    """Answer all AWS calls from now on; return the list that records them."""
    from botocore.client import BaseClient  # the function's own, from its folder

    calls: list[str] = []

    def answer(_: Any, operation: str, params: dict[str, Any]) -> Any:
        calls.append(operation)
        if operation == "GetItem" and params["Key"]["id"] == USER["id"]:
            return {"Item": USER}  # asked by a table resource, which converts values
        return _ANSWERS.get(operation, {})

    BaseClient._make_api_call = answer  # type: ignore[attr-defined]
    return calls


def log_to_nowhere() -> None:
    """Set up logging as the runtime interface client does before it imports a handler."""
    from awslambdaric import bootstrap

    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.environ["_LAMBDA_TELEMETRY_LOG_FD"] = str(nowhere)
    sys.stdout = bootstrap.Unbuffered(os.fdopen(os.dup(nowhere), "w"))
    bootstrap._setup_logging(
        bootstrap._AWS_LAMBDA_LOG_FORMAT,
        bootstrap._AWS_LAMBDA_LOG_LEVEL,
        bootstrap.create_log_sink().__enter__(),
    )
    bootstrap._GLOBAL_AWS_REQUEST_ID = "3f0c6d1e-5f0b-4f2a-9a51-1d6a5a1f0c11"


def load(handler: str) -> Callable[[Any, Any], Any]:
    """Import a handler."""
    module, _, name = handler.rpartition(".")
    function: Callable[[Any, Any], Any] = getattr(importlib.import_module(module), name)
    return function


def invoke(function: Callable[[Any, Any], Any], event: str, context: Any) -> tuple[float, Any]:
    """Invoke a handler; return its own seconds and its answer.

    Args:
        function: the handler.
        event: as JSON.
        context: Lambda's context object.
    """
    content = json.loads(event)
    begun = time.process_time_ns()
    answer = function(content, context)
    return (time.process_time_ns() - begun) / 1e9, answer


def main(handler: str, count: int, event: str) -> None:
    """Invoke a handler again and again."""
    from awslambdaric.lambda_context import LambdaContext

    sys.path.insert(0, os.getcwd())  # as `python -m awslambdaric` has it
    sys.path.remove(str(Path(__file__).parent))
    stdout = sys.stdout
    log_to_nowhere()
    calls = answer_calls()
    function = load(handler)
    deadline = int((time.time() + _LEFT_SECONDS) * 1000)
    context = LambdaContext("bench", None, None, deadline, "arn:aws:lambda:::function:bench")
    _, answer = invoke(function, event, context)
    first = list(calls)
    for _ in range(_WARM_UP):
        invoke(function, event, context)
    seconds = statistics.median(invoke(function, event, context)[0] for _ in range(count))
    json.dump({"seconds": seconds, "answer": answer, "calls": first}, stdout)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
