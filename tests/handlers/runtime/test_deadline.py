"""Every function ends within its time, whatever AWS does; tested with a bad server."""

import dataclasses
import importlib
from typing import Any

import pytest

from handlers.runtime.asynchronous import Failed
from tests.support import samples
from tests.support.bad_server import LEAST, BadServer, Invocation, Request, server
from tests.support.fakes import log, outcomes

__all__ = ["log", "server"]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, server: BadServer) -> Any:
    """Invoke a function's real entry point; return an error's type name in place of an answer."""

    def invoke(function: str, *, seconds: float, event: Any = None) -> Any:
        module = importlib.import_module(f"handlers.{function}.handler")
        for setting in dataclasses.fields(module.Settings):
            monkeypatch.setenv(setting.name.upper(), "1")
        if function == "process_upload":  # it ignores what is in another bucket
            bucket = samples.event(function)["Records"][0]["s3"]["bucket"]["name"]
            monkeypatch.setenv("BUCKET", bucket)
        module.handler.dependencies.cache_clear()
        module.handler.dependencies()  # as INIT does, before the time begins
        context = Invocation(seconds)
        try:
            return module.handler(event or samples.event(function), context)
        except Failed as error:
            return type(error).__name__
        finally:
            module.handler.dependencies.cache_clear()
            assert context.get_remaining_time_in_millis() or not seconds

    return invoke


def failed(event: str) -> dict[str, Any]:
    """Return the response that reports every message of the event as failed."""
    records = samples.event(event)["Records"]
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in records]}


BUSY = {"status": 503, "retry": "2"}
UNTOUCHED = {
    "create_user": BUSY,
    "get_user": BUSY,
    "queue_welcome": {"batchItemFailures": [{"itemIdentifier": "100000000005391461881"}]},
    "send_email": failed("send_email"),
    "process_upload": "Failed",
    "cleanup_expired": "Failed",
    "daily_report": "Failed",
}
"""What each function says when AWS does not answer: all of it leads to another attempt."""


def said(answer: Any) -> Any:
    """Reduce a function's answer to what ``UNTOUCHED`` says of it."""
    if isinstance(answer, dict) and "statusCode" in answer:
        return {"status": answer["statusCode"], "retry": answer["headers"].get("Retry-After")}
    return answer


@pytest.mark.parametrize("function", UNTOUCHED)
def test_without_an_answer_a_function_still_answers(
    function: str, invoke: Any, server: BadServer
) -> None:
    server.behave = server.silent
    assert said(invoke(function, seconds=LEAST + 0.3)) == UNTOUCHED[function]
    assert len(server.requests) == 1


@pytest.mark.parametrize("function", UNTOUCHED)
def test_without_time_no_call_is_made(function: str, invoke: Any, server: BadServer) -> None:
    assert said(invoke(function, seconds=0)) == UNTOUCHED[function]
    assert server.requests == []


@pytest.mark.parametrize("function", ["create_user", "get_user"])
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
    # Time for one retry: the pause before a second one might be 2 s.
    assert said(invoke(function, seconds=LEAST + 1.4)) == BUSY
    assert len(server.requests) == 2
    assert outcomes(log) == ["busy"]


def test_a_slow_answer_is_waited_for(invoke: Any, server: BadServer) -> None:
    server.behave = server.hang(0.4)
    assert invoke("get_user", seconds=LEAST + 1)["statusCode"] == 404


@pytest.mark.parametrize("slow", ["UpdateItem", "SendEmail"])
def test_a_queues_messages_come_again(
    slow: str, invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    """The service falls silent during the first message; no other one is begun."""

    def behave(request: Request) -> None:
        if slow == "SendEmail" and "UpdateItem" in request.target:
            request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
        else:
            server.silent(request)

    server.behave = behave
    event = samples.event("send_email")
    event["Records"] = [
        {**event["Records"][0], "messageId": f"m{n}", "receiptHandle": f"r{n}"} for n in range(3)
    ]
    answer = invoke("send_email", seconds=LEAST + 0.4, event=event)
    assert answer == {"batchItemFailures": [{"itemIdentifier": f"m{n}"} for n in range(3)]}
    assert outcomes(log) == ["failed", "deferred", "deferred", "visibility_unchanged"]
    assert len(server.requests) == {"UpdateItem": 1, "SendEmail": 2}[slow]


def test_what_was_sent_but_cannot_be_recorded_has_failed(
    invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    """It is not deferred, which would mean that it was not touched."""

    def behave(request: Request) -> None:
        if "UpdateItem" in request.target and len(server.requests) == 1:
            request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
        elif "UpdateItem" in request.target:
            server.silent(request)
        else:
            request.answer({"MessageId": "1"})

    server.behave = behave
    assert invoke("send_email", seconds=LEAST + 0.4) == failed("send_email")
    assert outcomes(log)[0] == "failed"
