"""What handlers can log, read from their sources: known fields, in one way."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.functions import FUNCTIONS, expected

ROOT = Path(__file__).parents[3]
SOURCES = sorted(ROOT.glob("handlers/**/*.py"))

LOGGING = {"outcome", "failure"}
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log", "getLogger"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Call))


def called(call: ast.Call) -> str:
    name = call.func
    return name.attr if isinstance(name, ast.Attribute) else getattr(name, "id", "")


def logged(folder: str) -> set[str]:
    """Return the fields that the sources in a folder of ``handlers/`` log."""
    return {
        str(keyword.arg)
        for path in SOURCES
        if path.relative_to(ROOT / "handlers").parts[0] == folder and path.name != "log.py"
        for call in calls(path)
        if called(call) in LOGGING
        for keyword in call.keywords
    }


@pytest.mark.parametrize("function", FUNCTIONS)
def test_only_known_fields_are_logged(function: str) -> None:
    assert logged(function.replace("-", "_")) == expected()[function].logs


def test_shared_code_logs_only_known_fields() -> None:
    assert (logged("domain"), logged("runtime")) == (set(), {"level", "status"})


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
    assert len(requirements) == len(FUNCTIONS)
    for path in requirements:
        lines = path.read_text().splitlines()
        assert [line for line in lines if line.startswith(tracers)] == []
