"""Every function starts as it should: what it loads, makes and restores (``tests/support``)."""

import importlib
from pathlib import Path

import pytest

from handlers.runtime.settings import load
from images.sources import handler_sources
from tests.support.cold_path import FUNCTIONS, environment, started, starts

ROOT = Path(__file__).parents[3]

# Modules that no cold start may load.
HEAVY = {"boto3", "pydantic", "jsonschema", "handlers.domain.api"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_cold_start_imports_no_heavy_module(function: str) -> None:
    modules = starts()[function].modules
    assert f"handlers.{function}.handler" in modules
    assert not {*HEAVY, f"handlers.{function}.operation"} & set(modules)


def test_starts_are_those_of_a_process_that_loads_nothing_else() -> None:
    """Functions start in forks of one process, which is to change nothing."""
    program = (
        "import importlib, json, sys; importlib.import_module(sys.argv[1]); "
        "print(json.dumps([*sys.modules]))"
    )
    function = FUNCTIONS[0]
    ours = {"tests", "tests.support", "tests.support.starter"}
    assert {*starts()[function].modules} - ours == {*started(function, program, "snap-start")}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_no_image_holds_the_description_of_the_api(function: str) -> None:
    names = {path.name for path in handler_sources(ROOT, function)}
    assert "handler.py" in names
    assert not {"operation.py", "api.py"} & names


@pytest.mark.parametrize("function", FUNCTIONS)
def test_settings_and_clients(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"handlers.{function}.handler")
    for name, value in environment(module.Settings).items():
        monkeypatch.setenv(name, value)
    assert module.dependencies(load(module.Settings))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_garbage_collector_is_off_during_init_and_on_afterwards(function: str) -> None:
    start = starts()[function]
    assert (start.collector_rested, start.collector_is_on) == (True, True)
    assert start.frozen > 10_000
    assert start.dependencies_made == 1


@pytest.mark.parametrize("function", FUNCTIONS)
def test_every_restored_function_has_new_clients(function: str) -> None:
    start = starts()[function]
    before, snapshot, after = start.clients
    assert before == after > 0
    assert snapshot == 0
    assert not start.same_numbers


@pytest.mark.needs("resolve_users")
@pytest.mark.parametrize(
    ("function", "like"),
    [
        ("resolve_users", "create_user"),
        ("resolve_uploads", "request_upload"),
        ("resolve_figures", "get_activity"),
    ],
)
def test_graphql_adds_no_import_to_a_cold_start(function: str, like: str) -> None:
    """A function loads what the like function of the REST API loads, and its own modules."""
    added = {*starts()[function].modules} - {*starts()[like].modules}
    assert {name for name in added if not name.startswith("handlers.")} == set()
