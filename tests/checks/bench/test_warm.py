"""The times of warm invocations: only work that was done counts, and what is slower shows."""

import contextlib
import importlib
import json
import statistics
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.client import BaseClient

from checks.bench import warm, warm_calls
from checks.bench.functions import Work
from checks.bench.running_probe import Probes
from tests.support.bench import FakeProbe, measure
from tests.support.fakes import FakeContext

WORKS = warm.works()


@pytest.fixture(params=WORKS)
def function(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A function whose dependencies do not exist yet; afterwards clients call AWS again."""
    folder: str = request.param
    for name, value in warm.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")  # whatever is imported first has no INIT here
    monkeypatch.setattr(BaseClient, "_make_api_call", BaseClient._make_api_call)  # type: ignore[attr-defined]
    module = importlib.import_module(f"handlers.{folder}.handler")
    module.handler.dependencies.cache_clear()
    yield folder
    module.handler.dependencies.cache_clear()


def test_our_handlers_do_the_work(function: str) -> None:
    calls = warm_calls.answer_calls()
    handler = warm_calls.load(f"handlers.{function}.handler.handler")
    _, answer = warm_calls.invoke(handler, json.dumps(WORKS[function].event), FakeContext())
    assert measure(function, answer, len(calls))


def typical(function: Callable[[Any, Any], Any], event: str = "{}") -> float:
    return statistics.median(warm_calls.invoke(function, event, None)[0] for _ in range(21))


def test_what_is_slower_shows() -> None:
    assert typical(lambda *_: sum(range(20_000))) > 10 * typical(lambda *_: None)


def test_reading_the_event_is_not_the_handlers() -> None:
    event = json.dumps(list(range(20_000)))
    assert typical(lambda *_: json.loads(event)) > 10 * typical(lambda *_: None, event)


def test_all_are_compared_with_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    work = Work(
        group="own time of a function",
        baselines={
            "plain boto3": "baselines.plain_boto3.handler",
            "boto3+pydantic+Powertools": "baselines.powertools.handler",
        },
        event={},
        is_done=lambda answer: bool(answer == "done"),
        calls=1,
        goal=50,
        count=500,
    )
    seconds = {
        "handlers.some_function.handler.handler": 40e-6,
        "baselines.empty.handler": 1e-6,
        "baselines.plain_boto3.handler": 60e-6,
        "baselines.powertools.handler": 400e-6,
    }
    probe = FakeProbe(answer="done", calls=1, seconds=seconds)
    monkeypatch.setattr(warm, "works", lambda: {"some_function": work})

    probes = Probes("here", {"some_function": probe}, probe)
    monkeypatch.setattr(warm, "choose", lambda _: contextlib.nullcontext(probes))
    rows = warm.measure(3)
    assert [(row.name, round(row.value), row.ours, row.rounds) for row in rows] == [
        ("some-function", 40, True, 3),
        ("empty handler", 1, False, 3),
        ("plain boto3", 60, False, 3),
        ("boto3+pydantic+Powertools", 400, False, 3),
    ]
    assert [row.times_ours for row in rows] == [None, None, pytest.approx(1.5), pytest.approx(10)]
    assert {row.floor_seconds for row in rows} == {1e-6}
    assert (rows[0].goal, rows[0].reached) == (50, True)
