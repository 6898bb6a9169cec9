import importlib
import os
import subprocess
import sys

import pytest

from handlers.runtime.settings import load
from tests.support.cold_path import FUNCTIONS, environment

# What a function must not pay for at a cold start.
HEAVY = {"boto3", "pydantic", "jsonschema", "handlers.domain.api"}


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_heavy_is_imported(function: str) -> None:
    program = f"import sys, handlers.{function}.handler; print(*sys.modules, sep='\\n')"
    modules = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"handlers.{function}.handler" in modules
    assert not {*HEAVY, f"handlers.{function}.operation"} & set(modules)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_settings_and_clients(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"handlers.{function}.handler")
    for name, value in environment(module.Settings).items():
        monkeypatch.setenv(name, value)
    assert module.dependencies(load(module.Settings))


@pytest.mark.parametrize("function", FUNCTIONS)
def test_the_collector_rests_while_the_function_starts_and_works_afterwards(function: str) -> None:
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
