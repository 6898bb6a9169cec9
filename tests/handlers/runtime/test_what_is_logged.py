"""What handlers can log, read from their sources: known fields, in one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SOURCES = sorted(ROOT.glob("handlers/**/*.py"))

# Ids, numbers, and words of a short fixed set. A new one is to be thought about: can it ever hold
# a name, an address, a text that somebody sent, or the key of an object?
FIELDS = {
    "code", "count", "day", "detail", "level", "message_id", "milliseconds", "part", "reason",
    "receives", "sequence", "size", "status", "upload", "user_id", "version", "wait_seconds",
}  # fmt: skip
LOGGING = {"outcome", "failure"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log", "getLogger"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))


def called(call: ast.Call) -> str:
    name = call.func
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def test_only_known_fields_are_logged() -> None:
    logged = [
        {str(keyword.arg) for keyword in call.keywords}
        for path in SOURCES
        if path.name != "log.py"
        for call in calls(path)
        if called(call) in LOGGING
    ]
    assert len(logged) > 20
    assert set().union(*logged) == FIELDS


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_handlers_write_output_by_the_log_only(path: Path) -> None:
    others = {"print"} | (LEVELS if path.name != "log.py" else set())
    assert not {called(call) for call in calls(path)} & others
    # An argument's f-string would be a text of its own, which no list of fields knows.
    for call in calls(path):
        if called(call) in LOGGING:
            assert not isinstance(call.args[0], ast.JoinedStr)


def test_no_function_adds_to_a_trace() -> None:
    """Tracers record the arguments of clients' calls: tables, keys, addresses."""
    tracers = ("aws-xray-sdk", "opentelemetry", "aws-lambda-powertools", "ddtrace", "sentry")
    requirements = sorted(ROOT.glob("images/*/requirements.txt"))
    assert len(requirements) >= 7
    for path in requirements:
        lines = path.read_text().splitlines()
        assert [line for line in lines if line.startswith(tracers)] == []
