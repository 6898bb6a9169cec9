"""An asynchronous function that fails reveals nothing of its input."""

import traceback
from typing import Any

import pytest

from handlers.cleanup_expired.handler import handler as cleanup_expired
from handlers.daily_report.handler import handler as daily_report
from handlers.runtime.asynchronous import Failed, failures_without_details
from tests.support.fakes import FakeContext, client_error, log, logged_text, outcomes

__all__ = ["log"]


class Failing:
    """Collaborators whose every call fails with an error that quotes its input."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            error = client_error("ValidationException", operation="Query")
            error.args = ("ada@canary.example is no address",)
            raise error

        return call


def canary_in(text: str) -> bool:
    return "canary" in text


@pytest.mark.parametrize("function", [cleanup_expired, daily_report])
def test_neither_the_error_nor_its_log_quotes_the_input(
    function: Any, log: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Failed) as caught:
        function.invoke({}, FakeContext(), Failing(), Failing())
    # As the emulator's worker prints it: with all causes and contexts.
    assert not canary_in("".join(traceback.format_exception(caught.value)))
    assert outcomes(log) == ["failed"]
    assert not canary_in(logged_text(log))
    [record] = log.records
    assert (record.error, record.code) == ("ClientError", "ValidationException")
    assert ", in call\n" in record.stack


def test_success_logs_nothing(log: pytest.LogCaptureFixture) -> None:
    with failures_without_details():
        pass
    assert outcomes(log) == []


def test_the_end_of_the_process_is_not_logged_as_a_failure() -> None:
    """There is no time left to log it."""
    with pytest.raises(SystemExit), failures_without_details():
        raise SystemExit
