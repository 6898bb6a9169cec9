"""Warm invocations: a handler's own time, next to what others write for the same work.

AWS answers at once (``warm_calls.py``): what its clients take is left out, for all alike. Where
they do their part in between, off the clock, the same code takes 1.8 times as long, and a batch,
with its 35 calls, up to three times: theirs drives it from the processor's caches.
"""

import json
import statistics
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from checks.bench import BenchError
from checks.bench.environments import Place, Places, choose
from checks.bench.scoreboard import Row
from checks.bench.system import SAMPLES

FLOOR = "empty handler"
PLAIN = "plain boto3"
POWERTOOLS = "boto3+pydantic+Powertools"
BATCH_SIZE = 10

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",  # as infra/function/image_function.py sets it
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    # As most requests: not sampled, so X-Ray's SDK sends nothing.
    "_X_AMZN_TRACE_ID": "Root=1-6922857f-0e1f2a3b4c5d6e7f80912a3b;Sampled=0",
    "USERS_TABLE": "users",
    "LEDGER_TABLE": "ledger",
    "CORS_ORIGINS": "https://app.example.com",
    "EMAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/emails",
    "SENDER": "hello@example.com",
    "CONFIGURATION_SET": "emails",
}
"""What Lambda sets, and the settings of all functions."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """One kind of invocation.

    Attributes:
        group: its name in the table.
        function: ours, by folder.
        baselines: handlers of others that do the same, by label.
        event: what all are invoked with.
        done: whether an answer says that the work was done.
        calls: the least calls of AWS that it takes.
        goal: microseconds.
        count: invocations in one round.
    """

    group: str
    function: str
    baselines: Mapping[str, str]
    event: Any
    done: Callable[[Any], bool]
    calls: int
    goal: float
    count: int


def works() -> list[Work]:
    """List what is measured."""
    users = {PLAIN: "baselines.plain_boto3.handler", POWERTOOLS: "baselines.powertools.handler"}
    return [
        Work(
            group="own time of POST /users",
            function="create_user",
            baselines=users,
            event=_event("create_user"),
            done=lambda answer: _user_in(answer, 201),
            calls=1,
            goal=100,
            count=500,
        ),
        Work(
            group="own time of GET /users/{id}",
            function="get_user",
            baselines=users,
            event=_event("get_user"),
            done=lambda answer: _user_in(answer, 200),
            calls=1,
            goal=50,
            count=500,
        ),
        Work(
            group=f"own time of {BATCH_SIZE} e-mails from SQS",
            function="send_email",
            baselines={
                PLAIN: "baselines.plain_boto3_emails.handler",
                POWERTOOLS: "baselines.powertools_emails.handler",
            },
            event=_batch(),
            done=lambda answer: bool(answer == {"batchItemFailures": []}),
            calls=3 * BATCH_SIZE,  # claimed, sent, completed
            goal=300,
            count=50,
        ),
    ]


def measure(rounds: int) -> list[Row]:
    """Measure all, in turn."""
    all_works = works()
    with choose([work.function for work in all_works]) as places:
        times: dict[str, dict[str, list[float]]] = {work.group: {} for work in all_works}
        for number in range(rounds + 1):
            for work in all_works:
                for name, place, handler in _subjects(work, places):
                    seconds = once(work, name, place, handler)
                    if number:  # the first round fills the disk's cache
                        times[work.group].setdefault(name, []).append(seconds)
            sys.stderr.write(f"\rwarm invocations: round {number} of {rounds}")
        sys.stderr.write("\n")
        return [
            row for work in all_works for row in _rows(work, times[work.group], places.description)
        ]


def once(work: Work, name: str, place: Place, handler: str) -> float:
    """Measure one handler in a process of its own; give the seconds of an invocation.

    Raises:
        BenchError: it did not do its work, so its time is worth nothing.
    """
    result = place.invoked(handler, work.count, work.event, ENVIRONMENT)
    answer, calls = result["answer"], result["calls"]
    if name != FLOOR and not (work.done(answer) and len(calls) >= work.calls):
        raise BenchError(f"{name}, {work.group}: {json.dumps(answer)} after {len(calls)} calls")
    return float(result["seconds"])


def _subjects(work: Work, places: Places) -> Iterator[tuple[str, Place, str]]:
    """Yield what does a work: its name, where, and its handler."""
    own = f"handlers.{work.function}.handler.handler"
    yield _name(work), places.functions[work.function], own
    for name, handler in {FLOOR: "baselines.empty.handler", **work.baselines}.items():
        yield name, places.baselines, handler


def _name(work: Work) -> str:
    return work.function.replace("_", "-")


def _rows(work: Work, times: Mapping[str, list[float]], where: str) -> Iterator[Row]:
    medians = {name: statistics.median(own) for name, own in times.items()}
    ours = medians[_name(work)]
    for name, seconds in medians.items():
        own = name == _name(work)
        yield Row(
            group=work.group,
            name=name,
            value=1e6 * seconds,
            unit="µs",
            goal=work.goal if own else None,
            own=own,
            how=f"of the processor per warm invocation, AWS answering at once, {where}",
            rounds=len(times[name]),
            seconds=seconds,
            floor_seconds=medians[FLOOR],
            times_ours=None if own or name == FLOOR else seconds / ours,
        )


def _event(function: str) -> Any:
    return json.loads((SAMPLES / function / "event.json").read_text())


def _batch() -> Any:
    """Return a batch of e-mails, alternately welcomes and notifications, all different."""
    records = _event("send_email")["Records"]
    return {
        "Records": [
            {**records[number % len(records)], "messageId": f"message-{number}"}
            for number in range(BATCH_SIZE)
        ]
    }


def _user_in(answer: Any, status: int) -> bool:
    """Whether an answer has this status, and a user in its body."""
    if answer["statusCode"] != status:
        return False
    body = json.loads(answer["body"])
    return bool(body.get("user", body)["name"] == "Ada Lovelace")
