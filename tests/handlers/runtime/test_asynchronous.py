"""What leaves a function that nobody waits for, when it fails: nothing of what it worked on."""

import traceback
from typing import Any

import pytest

from handlers.cleanup_expired import handler as cleanup_expired
from handlers.daily_report import handler as daily_report
from handlers.runtime.asynchronous import Failed, reported
from tests.support.fakes import FakeContext, client_error, log, logged_text, outcomes

__all__ = ["log"]


class Failing:
    """Collaborators of both functions, each call of which fails and quotes what it was sent."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            error = client_error("ValidationException", operation="Query")
            error.args = ("ada@canary.example is no address",)
            raise error

        return call


def canary_in(text: str) -> bool:
    return "canary" in text


@pytest.mark.parametrize("function", [cleanup_expired, daily_report])
def test_the_error_says_nothing_and_its_log_no_text(
    function: Any, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(function, "_dependencies", lambda: (Failing(), Failing()))
    with pytest.raises(Failed) as caught:
        function.handler({}, FakeContext())
    # As the emulator's worker prints it: with all causes and contexts.
    assert not canary_in("".join(traceback.format_exception(caught.value)))
    assert outcomes(log) == ["failed"]
    assert not canary_in(logged_text(log))
    [record] = log.records
    assert (record.error, record.code) == ("ClientError", "ValidationException")
    assert ", in call\n" in record.stack


def test_what_goes_well_is_left_alone(log: pytest.LogCaptureFixture) -> None:
    with reported():
        pass
    assert outcomes(log) == []


def test_the_end_of_the_process_is_no_failure_of_its_own() -> None:
    """Nobody could log it in time."""
    with pytest.raises(SystemExit), reported():
        raise SystemExit
