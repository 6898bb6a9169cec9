"""What leaves a function that nobody waits for, when it fails: nothing of what it worked on."""

import importlib
import traceback
from typing import Any

import pytest

from handlers.runtime.asynchronous import Failed, reported
from tests.support.fakes import FakeContext, client_error, log, logged_text, outcomes
from tests.support.functions import expected

__all__ = ["log"]


class Failing:
    """Stands for any collaborator; each call fails and quotes what it was sent."""

    def __getattr__(self, name: str) -> Any:
        def call(*args: Any, **kwargs: Any) -> Any:
            error = client_error("ValidationException", operation="Query")
            error.args = ("ada@canary.example is no address",)
            raise error

        return call


def canary_in(text: str) -> bool:
    return "canary" in text


def scheduled() -> list[str]:
    """Return the folders of the functions that a schedule invokes."""
    return [f.replace("-", "_") for f, e in expected().items() if e.is_scheduled]


@pytest.mark.parametrize("function", scheduled())
def test_the_error_says_nothing_and_its_log_no_text(
    function: str, monkeypatch: pytest.MonkeyPatch, log: pytest.LogCaptureFixture
) -> None:
    module = importlib.import_module(f"handlers.{function}.handler")
    monkeypatch.setattr(module, "_dependencies", lambda: (Failing(), Failing()))
    with pytest.raises(Failed) as caught:
        module.handler({}, FakeContext())
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
