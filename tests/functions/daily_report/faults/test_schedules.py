"""Schedules of reports that fire twice, late, or not at all."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from checks.chaos.fault_plan import Fault, Kind
from tests.support.faults.world import World, from_call, killed

DAY = timedelta(days=1)


def scheduled_event(moment: datetime) -> dict[str, str]:
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
        twice = list(
            pool.map(lambda _: world.invoke("daily-report", scheduled_event(noon(6))), range(5))
        )
    assert [written for answer in twice for written in answer["written"]] == [day(6)]
    # It did not fire for two days; then it fired, and caught up.
    assert world.invoke("daily-report", scheduled_event(noon(3)))["written"] == [
        day(5),
        day(4),
        day(3),
    ]
    # Late, after newer events: nothing is left to do for that time.
    assert world.invoke("daily-report", scheduled_event(noon(4)))["written"] == []
    # The clock jumped: a time that cannot be reported means the newest day that can.
    newest = world.invoke("daily-report", scheduled_event(noon(-400)))["written"]
    assert newest == [day(2), day(1), day(0)]
    assert world.invoke("daily-report", scheduled_event(noon(4_000)))["written"] == []
    written = reports(world)
    assert [written[day(days_ago)] for days_ago in range(7)] == [1] * 7


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
