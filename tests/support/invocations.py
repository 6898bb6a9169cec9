"""Invokes a function's entry point in this process, with AWS replaced by a bad server."""

import dataclasses
import importlib
from typing import Any

import pytest

from handlers.runtime.asynchronous import Failed
from tests.support import samples
from tests.support.bad_server import BadServer, Invocation, server
from tests.support.functions import expected

__all__ = ["invoke", "server"]


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, server: BadServer) -> Any:
    """Invoke a function's real entry point; return the type's name if it raises."""

    def invoke(function: str, *, seconds: float, event: Any = None) -> Any:
        module = importlib.import_module(f"handlers.{function}.handler")
        for setting in dataclasses.fields(module.Settings):
            monkeypatch.setenv(setting.name.upper(), "1")
        for name, value in expected()[function.replace("_", "-")].environment.items():
            monkeypatch.setenv(name, value)
        module.handler.dependencies.cache_clear()
        module.handler.dependencies()  # as INIT does, before the time begins
        context = Invocation(seconds)
        try:
            return module.handler(event or samples.event(function), context)
        except Failed as error:
            return type(error).__name__
        finally:
            module.handler.dependencies.cache_clear()
            assert context.get_remaining_time_in_millis() or not seconds

    return invoke
