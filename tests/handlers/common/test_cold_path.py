import importlib
import subprocess
import sys

import pytest

# What a function must not pay for at a cold start.
HEAVY = {"boto3", "pydantic", "jsonschema", "handlers.common.api"}


FUNCTIONS = ["create_user", "get_user", "queue_welcome", "send_email"]


@pytest.mark.parametrize("function", FUNCTIONS)
def test_nothing_heavy_is_imported(function: str) -> None:
    program = f"import sys, handlers.{function}.handler; print(*sys.modules, sep='\\n')"
    modules = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    ).stdout.split()
    assert f"handlers.{function}.handler" in modules
    assert not HEAVY & set(modules)


@pytest.mark.parametrize("function", FUNCTIONS)
def test_settings_and_clients(function: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = importlib.import_module(f"handlers.{function}.handler")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    for name in module.Settings.__dataclass_fields__:
        monkeypatch.setenv(name.upper(), name)
    assert module._dependencies.__wrapped__()
