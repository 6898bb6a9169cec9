"""Which records are logged, and which texts of errors."""

import json
import subprocess
import sys
from typing import Any

import pytest

from handlers.runtime import batch
from handlers.runtime import log as logs
from handlers.runtime.faults import Unavailable
from ops.events.tracebacks import first_raised
from tests.support.fakes import client_error, log
from tests.support.samples import ROOT

__all__ = ["log"]

# As Lambda's runtime does it: a handler of the root logger, whose level Lambda sets.
# https://github.com/aws/aws-lambda-python-runtime-interface-client
PROGRAM = """
import json, logging, sys
class Handler(logging.Handler):
    def emit(self, record):
        print(json.dumps([record.name, record.levelname, record.getMessage(), record.trace]))
root = logging.getLogger()
root.addHandler(Handler())
root.setLevel(sys.argv[1])
from handlers.runtime import log, trace
own, library = logging.getLogger("handlers.get_user.handler"), logging.getLogger("botocore.hooks")
with trace.of({"messageId": "5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"}):
    for logger in (own, library, root):
        for level in ("debug", "info", "warning", "error"):
            getattr(logger, level)("%s", level)
    log.outcome("sent")
"""


@pytest.mark.parametrize("level", ["DEBUG", "INFO", "ERROR"])
def test_handlers_log_from_info_on_and_libraries_errors_only(level: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, level], cwd=ROOT, capture_output=True, text=True, check=True
    )
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert [record[:3] for record in records] == [
        ["handlers.get_user.handler", "INFO", "info"],
        ["handlers.get_user.handler", "WARNING", "warning"],
        ["handlers.get_user.handler", "ERROR", "error"],
        ["botocore.hooks", "ERROR", "error"],
        ["root", "ERROR", "error"],
        ["app", "INFO", "sent"],
    ]
    assert {record[3] for record in records} == {"5f0c6a1e-8b6b-4c8e-9a59-0b4a3f1d2c3e"}


def raised_here(error: Exception) -> Exception:
    """Raise an error in a line of a test, which is as foreign as a library's."""
    with pytest.raises(type(error)) as caught:
        raise error
    return caught.value


def fields(log: pytest.LogCaptureFixture, error: Exception) -> dict[str, Any]:
    log.clear()
    logs.failure("failed", error)
    return log.records[-1].__dict__


def test_the_text_of_our_own_errors_is_logged(log: pytest.LogCaptureFixture) -> None:
    assert fields(log, raised_here(Unavailable("try later")))["text"] == "try later"
    assert fields(log, raised_here(Unavailable()))["text"] is None
    assert len(fields(log, raised_here(Unavailable("x" * 9_000)))["text"]) == 500


@pytest.mark.parametrize(
    "error",
    [
        KeyError("ada@example.com"),
        ValueError("invalid literal for int() with base 10: 'ada@example.com'"),
        TypeError("a library's, with ada@example.com"),
        AttributeError("ada@example.com"),
        UnicodeDecodeError("utf-8", b"ada@example.com", 0, 1, "ada@example.com"),
        OSError(2, "ada@example.com"),
        type("Theirs", (TypeError,), {"__module__": "library"})("ada@example.com"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_texts_that_may_quote_a_value_are_not(
    log: pytest.LogCaptureFixture, error: Exception
) -> None:
    found = fields(log, raised_here(error))
    assert found["text"] is None
    assert found["error"] == type(error).__name__
    assert "ada@" not in repr({**found, "stack": ""})


def test_texts_that_python_makes_of_our_code_are_logged(log: pytest.LogCaptureFixture) -> None:
    with pytest.raises(TypeError) as caught:
        batch.respond(5)  # type: ignore[arg-type]
    assert fields(log, caught.value)["text"] == "'int' object is not iterable"


def test_aws_errors_have_code_and_operation_and_no_message(log: pytest.LogCaptureFixture) -> None:
    error = client_error("AccessDeniedException", operation="PutItem")
    error.args = ("ada@example.com",)
    found = fields(log, raised_here(error))
    assert (found["code"], found["operation"], found["text"]) == (
        "AccessDeniedException", "PutItem", None,
    )  # fmt: skip
    wrapped = Unavailable("after all retries")
    wrapped.__cause__ = error
    found = fields(log, raised_here(wrapped))
    assert (found["code"], found["operation"]) == ("AccessDeniedException", "PutItem")


def test_the_local_cloud_logs_every_text(
    log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "ALL_TEXTS", True)
    assert fields(log, raised_here(KeyError("name")))["text"] == "'name'"


def _number(text: str) -> int:
    return int(text)


def _parsed(text: str) -> int:
    try:
        return _number(text)
    except ValueError as error:
        raise Unavailable("not a number") from error


def test_a_chain_of_errors_is_logged_to_its_beginning(log: pytest.LogCaptureFixture) -> None:
    with pytest.raises(Unavailable) as caught:
        _parsed("ada@example.com")
    stack = fields(log, caught.value)["stack"]
    outer, _, inner = stack.partition("Caused by ValueError\n")
    assert "in _parsed" in outer
    assert "in _number" in inner
    assert "ada@" not in stack.replace('_parsed("ada@example.com")', "")  # a line of code
    assert first_raised([stack]) is not None


def test_what_from_none_hides_stays_hidden(log: pytest.LogCaptureFixture) -> None:
    error = raised_here(Unavailable("x"))
    error.__context__, error.__suppress_context__ = KeyError("ada"), True
    assert "Caused by" not in fields(log, error)["stack"]
    error.__suppress_context__ = False
    assert "Caused by KeyError\n" in fields(log, error)["stack"]
    error.__cause__ = error
    assert "Caused by" not in fields(log, error)["stack"]  # no endless circle
