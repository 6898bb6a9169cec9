"""An asynchronous function that fails reveals nothing of its input."""

import ast
import importlib
import traceback
from typing import Any

import pytest

from handlers.runtime.asynchronous import Failed, failures_without_details
from tests.support.fakes import FakeContext, client_error, log, logged_text, outcomes
from tests.support.functions import expected
from tests.support.samples import ROOT

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


def scheduled() -> list[str]:
    """Return the folders of the functions that a schedule invokes."""
    return [f.replace("-", "_") for f, e in expected().items() if e.is_scheduled]


def collaborators(function: str) -> int:
    """Count the collaborators of a function's adapter, which follow the event and the context."""
    tree = ast.parse((ROOT / "handlers" / function / "handler.py").read_text())
    [adapter] = [n for n in tree.body if isinstance(n, ast.FunctionDef) and n.name == "handler"]
    return len(adapter.args.args) - 2


@pytest.mark.parametrize("function", scheduled())
def test_neither_the_error_nor_its_log_quotes_the_input(
    function: str, log: pytest.LogCaptureFixture
) -> None:
    handler = importlib.import_module(f"handlers.{function}.handler").handler
    with pytest.raises(Failed) as caught:
        handler.invoke({}, FakeContext(), *(Failing() for _ in range(collaborators(function))))
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
