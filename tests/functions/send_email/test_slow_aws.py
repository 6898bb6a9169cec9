"""What the function answers when AWS is slow."""

from typing import Any

import pytest

from tests.support import samples
from tests.support.bad_server import LEAST, BadServer, Request
from tests.support.expected import unprocessed
from tests.support.fakes import log, outcomes
from tests.support.invocations import invoke, server

__all__ = ["invoke", "log", "server"]


@pytest.mark.parametrize("slow", ["UpdateItem", "SendEmail"])
def test_a_queues_messages_come_again(
    slow: str, invoke: Any, server: BadServer, log: pytest.LogCaptureFixture
) -> None:
    """The service stops answering during the first message; no other message is begun."""

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
    """And is no deferred message, which would say that it was not touched."""

    def behave(request: Request) -> None:
        if "UpdateItem" in request.target and len(server.requests) == 1:
            request.answer({"Attributes": {"begun": {"SS": ["me"]}}})
        elif "UpdateItem" in request.target:
            server.silent(request)
        else:
            request.answer({"MessageId": "1"})

    server.behave = behave
    assert invoke("send_email", seconds=LEAST + 0.4) == unprocessed(samples.event("send_email"))
    assert outcomes(log)[0] == "failed"
