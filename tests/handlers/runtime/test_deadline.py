"""Every function ends within its time, whatever AWS does; tested with a bad server."""

from typing import Any

import pytest

from tests.support.bad_server import LEAST, BadServer, Request
from tests.support.expected import BUSY
from tests.support.fakes import log, outcomes
from tests.support.functions import expected
from tests.support.invocations import invoke, server

__all__ = ["invoke", "log", "server"]

EXPECTED = {function.replace("-", "_"): each for function, each in expected().items()}


def comparable(answer: Any) -> Any:
    """Return what ``Expected.unanswered`` says of an answer."""
    if isinstance(answer, dict) and "statusCode" in answer:
        return {
            "status": answer["statusCode"],
            "retry": answer.get("headers", {}).get("Retry-After"),
        }
    return answer


@pytest.mark.parametrize("function", EXPECTED)
def test_without_an_answer_a_function_still_answers(
    function: str, invoke: Any, server: BadServer
) -> None:
    server.behave = server.silent
    assert comparable(invoke(function, seconds=LEAST + 0.6)) == EXPECTED[function].unanswered
    assert len(server.requests) == 1


@pytest.mark.parametrize("function", EXPECTED)
def test_without_time_no_call_is_made(function: str, invoke: Any, server: BadServer) -> None:
    assert comparable(invoke(function, seconds=0)) == EXPECTED[function].unanswered
    assert server.requests == []


@pytest.mark.parametrize("function", [f for f, e in EXPECTED.items() if e.unanswered == BUSY])
@pytest.mark.parametrize("fault", ["reset", "failing", "throttling"])
def test_an_api_function_answers_503(
    function: str, fault: str, invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    error = {"__type": "com.amazonaws.dynamodb.v20120810#ThrottlingException"}
    server.behave = {
        "reset": Request.reset,
        "failing": lambda request: request.answer(status=500),
        "throttling": lambda request: request.answer(error, status=400),
    }[fault]
    # Time for one retry, with as much as can be to spare: a second one needs 2 s.
    assert comparable(invoke(function, seconds=LEAST + 1.9)) == BUSY
    assert len(server.requests) == 2
    assert outcomes(log) == ["busy"]
