"""What keeps a release from beginning, or makes it stop and leave all to others."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ops.release import command
from ops.release.alias import Alias
from ops.release.errors import ChangedMeanwhile, ReleaseError
from ops.release.functions import functions
from tests.support.release_world import World, ended, until

pytestmark = pytest.mark.long  # minutes of releases; tests/e2e/test_release.py is the short one

QUICK = ("--minutes", "0.01")


def test_alarms_that_fire_already(world: World) -> None:
    world.add("changed", "fixed")
    world.publish("changed")
    world.fire("fixed")  # has no part in it
    world.fire("changed")
    code, said = world.run(*QUICK)
    assert code == 3
    assert "alarm changed-errors is firing: a test says so" in said
    assert "error: Alarms are already firing" in said
    assert world.live("changed") == ("1", {})
    code, said = world.run("--despite-alarms", *QUICK)
    assert code == 0, said
    assert world.live("changed") == ("2", {})


def test_too_little_data_is_no_alarm(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    world.fire("changed", state="INSUFFICIENT_DATA")
    assert world.run(*QUICK)[0] == 0


def test_only_the_release_that_is_named_is_taken_back(world: World, tmp_path: Path) -> None:
    world.add("changed", "fixed")
    world.publish("changed")
    file = tmp_path / "output"
    assert world.run("--output", str(file), "--dry-run")[0] == 0
    assert file.read_text() == ""
    assert world.run("--output", str(file), *QUICK)[0] == 0
    assert world.run("--output", str(file), *QUICK)[0] == 0  # nothing to release
    line = file.read_text()
    name = world.alias("changed")["Description"].split()[1].rstrip(":")
    assert line == f"released={name}\n"
    for other in ("2026-01-01T00:00:00Z", ""):
        code, said = world.run("--release", other, command="rollback")
        assert code == 3
        assert f"error: The last release is {name}, not {other!r}: nothing was rolled back." in said
        assert world.live("changed") == ("2", {})
    for expected in ("Rolled back", "was rolled back already"):
        code, said = world.run("--release", name, command="rollback")
        assert (code, expected in said) == (0, True), said
        assert world.live("changed") == ("1", {})


def test_what_was_taken_back_is_not_called_released(world: World, tmp_path: Path) -> None:
    world.add("changed")
    world.publish("changed")
    file = tmp_path / "output"
    with world.begun("--output", str(file)) as process:
        until(lambda: world.live("changed")[1] != {})
        world.fire("changed")
        assert ended(process)[0] == 1
    assert file.read_text() == ""


def test_an_alarm_that_is_gone(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    world.client("cloudwatch").delete_alarms(AlarmNames=["changed-errors"])
    code, said = world.run(*QUICK)
    assert code == 3
    assert "error: There is no alarm changed-errors, and nothing is released unwatched." in said
    assert world.live("changed") == ("1", {})


def test_a_dry_run_moves_nothing(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    code, said = world.run("--dry-run", "--minutes", "4")
    assert code == 0, said
    assert "  changed: version 1 to 2\n" in said
    assert "note: changed-errors needs 5 min to fire, and is watched for 4 min" in said
    assert world.live("changed") == ("1", {})


def test_there_was_no_release(world: World) -> None:
    world.add("fixed")
    code, said = world.run(command="rollback")
    assert code == 3
    assert "error: There was no release of this stack" in said


def test_what_was_moved_by_other_means_is_not_taken_back(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    assert world.run(*QUICK)[0] == 0
    world.publish("changed")
    world.set("changed", FunctionVersion="3")
    code, said = world.run(command="rollback")
    assert code == 0, said
    assert world.live("changed") == ("3", {})


class Instead:
    """A client, of which some operations are others."""

    def __init__(self, client: Any, **operations: Callable[..., Any]) -> None:
        self._client = client
        vars(self).update(operations)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)


def release(world: World, client: Instead) -> int:
    clients = {"lambda": client, "cloudwatch": world.client("cloudwatch")}
    return command.release(
        world.outputs, clients.__getitem__,
        percent=10, minutes=0.001, despite_alarms=False, dry_run=False,
    )  # fmt: skip


def test_of_two_releases_the_earlier_one_leaves_all_to_the_later_one(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    client = world.client("lambda")

    def update_alias(**arguments: Any) -> Any:
        """Before it moves, another release begins, which takes this one for one that was killed."""
        if arguments["FunctionVersion"] == "2":
            alias = Alias(client, functions(world.outputs)[0])
            state = alias.read()
            assert state.release
            alias.shift(state, state.release, "2", 0.5)
        return client.update_alias(**arguments)

    with pytest.raises(
        ChangedMeanwhile, match="changed: somebody else has changed the alias"
    ) as changed:
        release(world, Instead(client, update_alias=update_alias))
    assert changed.value.exit_code == 3
    assert world.live("changed") == ("1", {"2": 0.5})


def test_a_change_whose_answer_was_lost_is_ones_own(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    client = world.client("lambda")

    def update_alias(**arguments: Any) -> Any:
        """Make each change again, as botocore does that got no answer."""
        client.update_alias(**arguments)
        return client.update_alias(**arguments)

    (function,) = functions(world.outputs)
    alias = Alias(Instead(client, update_alias=update_alias), function)
    begin = alias.read()
    shifted = alias.shift(begin, "now", "2", 0.1)
    assert (shifted.begun, world.live("changed")) == (True, ("1", {"2": 0.1}))
    moved = alias.move(shifted, "now", "2")
    assert (moved.released, world.live("changed")) == (True, ("2", {}))
    finished = alias.finish("now")
    assert (finished.released, finished.watching) == (True, False)
    assert alias.finish("now") == finished  # as another command did that watched as well
    alias.move_back(finished)
    assert world.live("changed") == ("1", {})
    with pytest.raises(ChangedMeanwhile):
        alias.move(begin, "now", "2")
    with pytest.raises(ChangedMeanwhile):
        alias.finish("now")
    assert world.live("changed") == ("1", {})


def test_a_version_that_cannot_run(world: World) -> None:
    world.add("changed")
    world.publish("changed")

    def get_function_configuration(**_of: str) -> dict[str, str]:
        return {"State": "Failed", "StateReason": "no image"}

    client = Instead(world.client("lambda"), get_function_configuration=get_function_configuration)
    with pytest.raises(ReleaseError, match="changed: version 2 cannot run: no image") as failed:
        release(world, client)
    assert failed.value.exit_code == 3
    assert world.live("changed") == ("1", {})


def test_live_versions_are_waited_for_where_nothing_is_to_be_moved(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    """A function's first version is live immediately, and a smoke test may follow."""
    world.add("changed", "other")
    waited = []

    def get_function_configuration(**of: str) -> dict[str, str]:
        waited.append((of["FunctionName"], of["Qualifier"]))
        return {"State": "Active"}

    client = Instead(world.client("lambda"), get_function_configuration=get_function_configuration)
    assert release(world, client) == 0
    assert waited == [("changed", "1"), ("other", "1")]
    assert "waiting until AWS has the versions ready" in capsys.readouterr().out


def test_aws_refuses(world: World) -> None:
    world.add("changed")
    world.publish("changed")
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "cloudwatch:DescribeAlarms", "Resource": "*"}],
    }
    world.client("iam").put_user_policy(
        UserName="operator", PolicyName="no-alarms", PolicyDocument=json.dumps(document)
    )
    code, said = world.run(*QUICK)
    assert code == 3
    assert "error: An error occurred (AccessDenied" in said
    assert world.live("changed") == ("1", {})
