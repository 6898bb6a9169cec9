"""Schedules of the sweep that fire twice, and a sweep that is killed."""

import contextlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from checks.chaos.fault_plan import Fault, Kind
from tests.support.e2e.system import until
from tests.support.faults.clients import new_user
from tests.support.faults.world import SECONDS, World, from_call, killed


@contextlib.contextmanager
def overdue(world: World, count: int) -> Iterator[list[dict[str, str]]]:
    """Users whom the stream has brought to nobody, and whose welcome is due since two hours."""
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
    """One of the runs counts the attempt, and only one e-mail is sent."""
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
    """The next run continues where the first ended; a message queued twice is sent once."""
    fault = Fault(kind=kind, service=service, operation=operation, calls=from_call(2), seconds=300)
    with overdue(world, 3) as users:
        with world.without_trigger("send-email"):
            with world.faults(fault) as tally:
                killed(world, "cleanup-expired", tally)
            world.invoke("cleanup-expired", {})
        await_welcomes(world, users)
        assert [world.mails(user["email"]) for user in users] == [1, 1, 1]
