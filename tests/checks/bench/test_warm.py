"""The times of warm invocations: only work that was done counts, and what is slower shows."""

import contextlib
import importlib
import json
import statistics
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.client import BaseClient

from checks.bench import BenchError, warm, warm_calls
from checks.bench.environments import Place, Places
from tests.support.fakes import FakeContext

WORKS = {work.function: work for work in warm.works()}
USER = json.dumps({"user": warm_calls.USER})
OTHER = json.dumps({"user": {**warm_calls.USER, "name": "Grace Hopper"}})


@dataclass(frozen=True)
class FakePlace(Place):
    """A place where every handler takes its name's seconds, and answers alike."""

    url: str = ""
    process: int = 0
    scripts: str = ""
    answer: Any = None
    calls: int = 0
    seconds: Mapping[str, float] = field(default_factory=dict)

    def invoked(
        self, handler: str, count: int, event: Any, environment: Mapping[str, str]
    ) -> dict[str, Any]:
        calls = ["Any"] * self.calls
        return {"seconds": self.seconds.get(handler, 1), "answer": self.answer, "calls": calls}


@pytest.mark.parametrize(
    ("function", "answer", "calls"),
    [
        ("create_user", {"statusCode": 201, "body": USER}, 1),
        ("get_user", {"statusCode": 200, "body": json.dumps(warm_calls.USER)}, 1),
        ("send_email", {"batchItemFailures": []}, 30),
    ],
)
def test_work_that_was_done_counts(function: str, answer: Any, calls: int) -> None:
    assert warm.once(WORKS[function], "x", FakePlace(answer=answer, calls=calls), "x.y") == 1


@pytest.mark.parametrize(
    ("function", "answer", "calls"),
    [
        ("create_user", {"statusCode": 500, "body": '{"error": "Failed to create user"}'}, 1),
        ("create_user", {"statusCode": 200, "body": USER}, 1),
        ("create_user", {"statusCode": 201, "body": OTHER}, 1),
        ("create_user", {"statusCode": 201, "body": USER}, 0),
        ("get_user", {"statusCode": 404, "body": '{"error": "User not found"}'}, 1),
        ("get_user", {"statusCode": 200, "body": USER}, 0),
        ("send_email", {"batchItemFailures": [{"itemIdentifier": "message-9"}]}, 30),
        ("send_email", {"batchItemFailures": []}, 29),
        ("send_email", None, 30),
    ],
)
def test_work_that_was_not_done_is_refused(function: str, answer: Any, calls: int) -> None:
    with pytest.raises(BenchError, match=f"^x, .*{calls} calls$"):
        warm.once(WORKS[function], "x", FakePlace(answer=answer, calls=calls), "x.y")


@pytest.fixture(params=WORKS.values(), ids=WORKS)
def work(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[warm.Work]:
    """A work, for whose function nothing is made yet; afterwards clients call AWS again."""
    made: warm.Work = request.param
    for name, value in warm.ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME")  # whatever is imported first has no INIT here
    monkeypatch.setattr(BaseClient, "_make_api_call", BaseClient._make_api_call)  # type: ignore[attr-defined]
    module = importlib.import_module(f"handlers.{made.function}.handler")
    module.handler.dependencies.cache_clear()
    yield made
    module.handler.dependencies.cache_clear()


def test_own_handlers_do_the_work(work: warm.Work) -> None:
    calls = warm_calls.answer_calls()
    function = warm_calls.load(f"handlers.{work.function}.handler.handler")
    _, answer = warm_calls.invoke(function, json.dumps(work.event), FakeContext())
    assert warm.once(work, "x", FakePlace(answer=answer, calls=len(calls)), "x.y")


def typical(function: Callable[[Any, Any], Any], event: str = "{}") -> float:
    return statistics.median(warm_calls.invoke(function, event, None)[0] for _ in range(21))


def test_what_is_slower_shows() -> None:
    assert typical(lambda *_: sum(range(20_000))) > 10 * typical(lambda *_: None)


def test_reading_the_event_is_not_the_handlers() -> None:
    event = json.dumps(list(range(20_000)))
    assert typical(lambda *_: json.loads(event)) > 10 * typical(lambda *_: None, event)


def test_all_are_compared_with_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = {
        "handlers.get_user.handler.handler": 40e-6,
        "baselines.empty.handler": 1e-6,
        "baselines.plain_boto3.handler": 60e-6,
        "baselines.powertools.handler": 400e-6,
    }
    answer = {"statusCode": 200, "body": json.dumps(warm_calls.USER)}
    place = FakePlace(answer=answer, calls=1, seconds=seconds)
    monkeypatch.setattr(warm, "works", lambda: [WORKS["get_user"]])

    places = Places("here", {"get_user": place}, place)
    monkeypatch.setattr(warm, "choose", lambda _: contextlib.nullcontext(places))
    rows = warm.measure(3)
    assert [(row.name, round(row.value), row.own, row.rounds) for row in rows] == [
        ("get-user", 40, True, 3),
        ("empty handler", 1, False, 3),
        ("plain boto3", 60, False, 3),
        ("boto3+pydantic+Powertools", 400, False, 3),
    ]
    assert [row.times_ours for row in rows] == [None, None, pytest.approx(1.5), pytest.approx(10)]
    assert {row.floor_seconds for row in rows} == {1e-6}
    assert (rows[0].goal, rows[0].reached) == (50, True)
