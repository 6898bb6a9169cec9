import importlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.runtime.settings import load
from images.sources import handler_sources
from tests.support.cold_path import FUNCTIONS, environment

ROOT = Path(__file__).parents[3]

# Modules that no cold start may load.
HEAVY = {"boto3", "pydantic", "jsonschema", "handlers.domain.api"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_cold_start_imports_no_heavy_module(function: str) -> None:
    program = f"import sys, handlers.{function}.handler; print(*sys.modules, sep='\\n')"
    modules = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"handlers.{function}.handler" in modules
    assert not {*HEAVY, f"handlers.{function}.operation"} & set(modules)


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
    program = (
        "import gc, handlers; resting = not gc.isenabled(); "
        f"import handlers.{function}.handler as h; "
        "print(resting, gc.isenabled(), gc.get_freeze_count() > 10_000, "
        "h.handler.dependencies.cache_info().currsize)"
    )
    settings = importlib.import_module(f"handlers.{function}.handler").Settings
    in_lambda = {"AWS_LAMBDA_FUNCTION_NAME": function, **environment(settings)}
    command = [sys.executable, "-c", program]
    done = subprocess.check_output(command, env={**os.environ, **in_lambda}, text=True)
    assert done.split() == ["True", "True", "True", "1"]


@pytest.mark.skipif("resolve_users" not in FUNCTIONS, reason="GraphQL was removed")
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
    program = (
        f"import sys, handlers.{like}.handler; before = set(sys.modules); "
        f"import handlers.{function}.handler; print(*set(sys.modules) - before)"
    )
    added = subprocess.check_output([sys.executable, "-c", program], text=True).split()
    assert {name for name in added if not name.startswith("handlers.")} == set()
