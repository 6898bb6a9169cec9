"""``app release`` in the emulator, with no more permissions than its help lists."""

import signal
import time

import pytest

from ops.release import command, forward
from tests.support.release_world import BAD, PATIENCE, World, ended, kill, until

pytestmark = pytest.mark.long  # minutes of releases; tests/e2e/test_release.py is the short one

QUICK = ("--minutes", "0.01")
LONG = ("--minutes", "30")
"""Longer than any test: what ends before has not waited for it."""


def test_what_is_new_goes_live(world: World) -> None:
    world.add("fixed", "changed")
    assert world.publish("changed") == "2"
    with world.traffic():
        code, said = world.run("--percent", "25", *QUICK)
    assert code == 0, said
    assert world.live("changed") == ("2", {})
    assert world.live("fixed") == ("1", {})
    assert "changed: version 1 to 2\n" in said
    assert said.index("changed: 25% of calls to version 2") < said.index(
        "changed: all calls to version 2"
    )
    assert "fixed" not in said
    code, said = world.run(*QUICK)
    assert code == 0, said
    assert said.startswith("Nothing to release: every function's newest version is live.\n")


def test_a_bad_version_is_taken_back(world: World) -> None:
    """It raises errors, which raise its alarm; what moved with it goes back with it."""
    world.add("broken", "changed")
    world.publish("broken", BAD)
    world.publish("changed")
    with world.traffic():
        code, said = world.run(*LONG)
    assert code == 1, said
    assert "alarm broken-errors is firing: Threshold Crossed" in said
    assert "all calls to version 2" not in said  # no more than a share ever went there
    assert world.live("broken") == world.live("changed") == ("1", {})


def test_a_long_watch_says_now_and_then_that_all_is_well(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forward, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(forward, "REPORT_SECONDS", 0.1)
    world.add("changed")
    world.publish("changed")
    code = command.release(
        world.outputs, world.client,
        percent=100, minutes=0.05, despite_alarms=False, dry_run=False,
    )  # fmt: skip
    assert code == 0
    assert "no alarm is firing; " in capsys.readouterr().out


@pytest.mark.long
def test_alarms_are_watched_after_the_last_step_too(world: World) -> None:
    world.add("broken")
    world.publish("broken", BAD)
    with world.traffic():
        code, said = world.run("--percent", "100", *LONG)
    assert code == 1, said
    assert "broken: all calls to version 2" in said
    assert world.live("broken") == ("1", {})


@pytest.mark.parametrize(
    "number",
    [
        signal.SIGINT,
        pytest.param(signal.SIGTERM, marks=pytest.mark.long),
        pytest.param(signal.SIGHUP, marks=pytest.mark.long),
    ],
)
def test_an_interrupted_release_is_taken_back(world: World, number: signal.Signals) -> None:
    world.add("changed")
    world.publish("changed")
    with world.begun(*LONG) as process:
        until(lambda: world.live("changed")[1] != {})
        process.send_signal(number)
        code, said = ended(process)
    assert code == 130, said
    assert "Interrupted, and rolled back." in said
    assert world.live("changed") == ("1", {})


@pytest.mark.long
def test_a_release_goes_on_when_nobody_reads_what_it_prints(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    with world.begun("--minutes", "0.02") as process:
        until(lambda: world.live("changed")[1] != {})
        assert process.stdout
        process.stdout.close()
        assert process.wait(PATIENCE) == 0
    assert world.live("changed") == ("2", {})


@pytest.fixture
def killed(world: World) -> World:
    """Leave a release half-way: one function has a share, and nobody watches."""
    world.add("changed", "other")
    world.publish("changed")
    world.publish("other")
    with world.begun("--percent", "5", *LONG) as process:
        until(lambda: world.live("other")[1] != {})
        kill(process)
    assert world.live("changed") == world.live("other") == ("1", {"2": 0.05})
    return world


def test_a_killed_release_is_finished(killed: World) -> None:
    name = _release(killed, "changed")
    code, said = killed.run(*QUICK)
    assert code == 0, said
    assert f"Release {name} (it was begun already):" in said
    assert killed.live("changed") == killed.live("other") == ("2", {})


@pytest.mark.long
def test_a_killed_release_is_taken_back_by_the_alarm_that_rang_meanwhile(killed: World) -> None:
    killed.fire("other")
    code, said = killed.run(*QUICK)
    assert code == 1, said
    assert killed.live("changed") == killed.live("other") == ("1", {})


def test_a_killed_release_is_taken_back_on_demand(killed: World) -> None:
    assert killed.run(command="rollback")[0] == 0
    assert killed.live("changed") == killed.live("other") == ("1", {})


@pytest.fixture
def unwatched(world: World) -> World:
    """Leave a release in its last watch: one function has moved, and nobody watches."""
    world.add("moved", "other")
    world.publish("moved")
    with world.begun("--percent", "100", *LONG) as process:
        until(lambda: world.live("moved") == ("2", {}))
        kill(process)
    return world


def test_a_release_killed_in_its_last_watch_is_watched_again(unwatched: World) -> None:
    name = _release(unwatched, "moved")
    code, said = unwatched.run(*QUICK)
    assert code == 0, said
    assert f"Release {name} (it was begun already):" in said
    assert said.index("watching alarms") < said.index(f"Released ({name}).")
    assert unwatched.live("moved") == ("2", {})
    code, said = unwatched.run(*QUICK)
    assert (code, "Nothing to release" in said) == (0, True), said


@pytest.mark.parametrize("when", ["before", "during"])
def test_a_release_killed_in_its_last_watch_is_taken_back_if_an_alarm_fires(
    unwatched: World, when: str
) -> None:
    if when == "before":
        unwatched.fire("moved")
    with unwatched.begun(*LONG) as process:
        if when == "during":
            assert process.stdout
            until(lambda: "watching alarms" in process.stdout.readline())
            unwatched.fire("moved")
        code, said = ended(process)
    assert code == 1, said
    assert unwatched.live("moved") == ("1", {})
    assert unwatched.run(command="rollback")[1].startswith("Nothing to roll back")


def test_a_release_killed_with_some_moved_and_others_not_is_one_release(unwatched: World) -> None:
    """A waiting version counts, whether it was published before or after the kill."""
    name = _release(unwatched, "moved")
    until(lambda: _second() > name)
    unwatched.publish("other")
    assert unwatched.run("--percent", "100", *QUICK)[0] == 0
    assert _release(unwatched, "moved") == _release(unwatched, "other") == name
    assert unwatched.live("moved") == unwatched.live("other") == ("2", {})
    assert unwatched.run(command="rollback")[0] == 0
    assert unwatched.live("moved") == unwatched.live("other") == ("1", {})


def test_a_mended_version_replaces_the_one_of_a_killed_release(unwatched: World) -> None:
    """And `rollback` leads to what was live before, not to what nobody has watched."""
    unwatched.publish("moved")
    with unwatched.begun(*LONG) as process:
        until(lambda: unwatched.live("moved") == ("2", {"3": 0.1}))
        kill(process)
    assert unwatched.run(*QUICK)[0] == 0
    assert unwatched.live("moved") == ("3", {})
    assert unwatched.run(command="rollback")[0] == 0
    assert unwatched.live("moved") == ("1", {})


@pytest.mark.parametrize(("ended_by", "arguments"), [("release", QUICK), ("rollback", [])])
def test_a_release_killed_between_two_functions_is_one_release(
    world: World, ended_by: str, arguments: list[str]
) -> None:
    """One function has moved, one has a share of calls, and one has not begun."""
    world.add("moved", "shifting", "waiting")
    for name in world.functions:
        world.publish(name)
    record = "release 2026-01-01T00:00:00Z: version 1 to 2, watching"
    world.set("moved", FunctionVersion="2", Description=record)
    world.set("shifting", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
              Description=record)  # fmt: skip
    code, said = world.run(*arguments, command=ended_by)
    assert code == 0, said
    expected = "1" if ended_by == "rollback" else "2"
    assert [world.live(function) for function in world.functions] == [(expected, {})] * 3


@pytest.mark.long
def test_an_alarm_takes_back_what_a_killed_release_has_moved(world: World) -> None:
    world.add("moved", "broken")
    world.publish("moved")
    world.publish("broken", BAD)
    record = "release 2026-01-01T00:00:00Z: version 1 to 2, watching"
    world.set("moved", FunctionVersion="2", Description=record)
    world.set("broken", RoutingConfig={"AdditionalVersionWeights": {"2": 0.1}},
              Description=record)  # fmt: skip
    with world.traffic():
        code, said = world.run(*LONG)
    assert code == 1, said
    assert world.live("moved") == world.live("broken") == ("1", {})


def test_a_release_is_taken_back_at_once_and_once_only(world: World) -> None:
    world.add("early", "late")
    world.publish("early")
    assert world.run(*QUICK)[0] == 0
    until(lambda: _second() > _release(world, "early"))
    world.publish("late")
    assert world.run(*QUICK)[0] == 0
    before = world.live("late")
    assert world.run("--dry-run", command="rollback")[0] == 0
    assert world.live("late") == before == ("2", {})
    code, said = world.run(command="rollback")
    assert code == 0, said
    assert world.live("late") == ("1", {})
    assert world.live("early") == ("2", {})  # of an earlier release
    code, said = world.run(command="rollback")
    assert (code, "was rolled back already" in said) == (0, True)
    assert world.live("early") == ("2", {})


def _second() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _release(world: World, name: str) -> str:
    """Read which release moved a function last, where an operator would."""
    description: str = world.alias(name)["Description"]
    return description.split()[1].rstrip(":")
