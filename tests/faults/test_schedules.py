"""Schedules that fire twice, late or never."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from checks.chaos.fault_plan import Fault, Kind
from checks.chaos.proxy import Tally
from tests.support.e2e.system import until
from tests.support.faults.clients import new_user
from tests.support.faults.world import SECONDS, FunctionFailed, World, from_call

DAY = timedelta(days=1)


def at(moment: datetime) -> dict[str, str]:
    """Return the schedule's event for a time."""
    return {"time": moment.strftime("%Y-%m-%dT%H:%M:%SZ")}


def noon(days_ago: int) -> datetime:
    # A day is reported from five minutes after its end.
    today = datetime.now(UTC) - timedelta(minutes=5)
    return today.replace(hour=12, minute=0, second=0, microsecond=0) - days_ago * DAY


def reports(world: World) -> dict[str, int]:
    """Return how often each day's figures were written, by their object's versions."""
    answer = world.cloud.client("s3").list_object_versions(Bucket=world.bucket, Prefix="reports/")
    written: dict[str, int] = {}
    for version in answer.get("Versions", []):
        if version["Key"].endswith(".json"):
            day = version["Key"].removeprefix("reports/").removesuffix(".json")
            written[day] = written.get(day, 0) + 1
    return written


def day(days_ago: int) -> str:
    return (noon(days_ago) - DAY).date().isoformat()


def test_schedule_fires_twice_late_or_not_at_all(world: World) -> None:
    """Each scheduled time has one report, whenever and however often its event arrives."""
    with ThreadPoolExecutor(5) as pool:  # more than once, at the same time
        twice = list(pool.map(lambda _: world.invoke("daily-report", at(noon(6))), range(5)))
    assert [written for answer in twice for written in answer["written"]] == [day(6)]
    # It did not fire for two days; then it fired, and caught up.
    assert world.invoke("daily-report", at(noon(3)))["written"] == [day(5), day(4), day(3)]
    # Late, after newer events: nothing is left to do for that time.
    assert world.invoke("daily-report", at(noon(4)))["written"] == []
    # The clock jumped: a time that cannot be reported means the newest day that can.
    newest = world.invoke("daily-report", at(noon(-400)))["written"]
    assert newest == [day(2), day(1), day(0)]
    assert world.invoke("daily-report", at(noon(4_000)))["written"] == []
    written = reports(world)
    assert [written[day(days_ago)] for days_ago in range(7)] == [1] * 7


@contextlib.contextmanager
def overdue(world: World, count: int) -> Iterator[list[dict[str, str]]]:
    """Create users that the stream missed, whose welcome is two hours overdue."""
    with world.without_trigger("queue-welcome"):
        users = [new_user(world) for _ in range(count)]
        world.jump(3 * 3_600, welcomes=True)
        yield users


def attempts(world: World, users: list[dict[str, str]]) -> list[str]:
    items = [world.item(world.users, user["id"]) or {} for user in users]
    return [item["welcome_attempts"]["N"] for item in items]


def await_welcomes(world: World, users: list[dict[str, str]]) -> None:
    until(
        lambda: all("welcomed" in (world.item(world.users, u["id"]) or {}) for u in users),
        seconds=SECONDS,
    )
    until(world.settled, seconds=SECONDS)


def test_schedule_fires_twice_at_once(world: World, one_sender: None) -> None:
    """One run counts the attempt, and one e-mail is sent, whatever the runs queue."""
    with overdue(world, 3) as users:
        with world.without_trigger("send-email"), ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: world.invoke("cleanup-expired", {}), range(4)))
            assert attempts(world, users) == ["1", "1", "1"]
        await_welcomes(world, users)
        assert [world.mails(user["email"]) for user in users] == [1, 1, 1]


@pytest.mark.long
@pytest.mark.container
@pytest.mark.parametrize("kind", ["delay", "delay_reply"])
@pytest.mark.parametrize(
    ("service", "operation"), [("sqs", "SendMessage"), ("dynamodb", "UpdateItem")]
)
def test_function_killed_mid_sweep(
    world: World, one_sender: None, service: str, operation: str, kind: Kind
) -> None:
    """The next run continues there; a message that is queued twice is one e-mail."""
    fault = Fault(kind=kind, service=service, operation=operation, calls=from_call(2), seconds=300)
    with overdue(world, 3) as users:
        with world.without_trigger("send-email"):
            with world.faults(fault) as tally:
                killed(world, "cleanup-expired", tally)
            world.invoke("cleanup-expired", {})
        await_welcomes(world, users)
        assert [world.mails(user["email"]) for user in users] == [1, 1, 1]


@pytest.mark.long
@pytest.mark.container
@pytest.mark.parametrize("kind", ["delay", "delay_reply"])
@pytest.mark.parametrize("n", [1, 2])
def test_crash_between_a_report_and_its_mark(world: World, n: int, kind: Kind) -> None:
    """Page and figures are each written once, by whichever run."""
    ago = 20 + 2 * n + (kind == "delay")  # a day that no other test uses
    fault = Fault(kind=kind, service="s3", operation="PutObject", calls=from_call(n), seconds=300)
    wanted = {"day": day(ago)}
    with world.faults(fault) as tally:
        killed(world, "daily-report", tally, wanted)
    world.invoke("daily-report", wanted)
    answer = world.cloud.client("s3").list_object_versions(
        Bucket=world.bucket, Prefix=f"reports/{day(ago)}"
    )
    assert sorted(version["Key"] for version in answer["Versions"]) == [
        f"reports/{day(ago)}.html",
        f"reports/{day(ago)}.json",
    ]


def killed(world: World, function: str, tally: Tally, event: dict[str, str] | None = None) -> None:
    """Invoke a function, and kill it at the call where the plan holds it."""
    with ThreadPoolExecutor(1) as pool:
        invocation = pool.submit(world.invoke, function, event or {})
        world.kill_when_held(function, tally)
        assert isinstance(invocation.exception(), FunctionFailed)
