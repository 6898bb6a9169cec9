"""The parts of ``release`` that need no cloud."""

import os
import signal
from typing import Any

import pytest

from cli import main
from ops.release import messages
from ops.release.alarms import Alarm, Alarms
from ops.release.alias import Alias
from ops.release.errors import ReleaseError
from ops.release.functions import Function, functions
from ops.release.signals import Interrupted, Interruptible
from tests.support.release_world import ALLOWED, PRUNING

FUNCTION = Function(
    name="create-user",
    region="eu-central-1",
    function_name="create-user-1a2b3c4",
    alias="live",
    alarms=("errors-5d6e7f8",),
)


def test_functions_come_from_the_stacks_output() -> None:
    alias = "arn:aws:lambda:eu-central-1:123456789012:function:create-user-1a2b3c4:live"
    entry = {"alias": alias, "alarms": ["errors-5d6e7f8"]}
    assert functions({"releases": {"create-user": entry}}) == [FUNCTION]


def test_a_stack_from_before() -> None:
    with pytest.raises(ReleaseError, match="no output `releases`"):
        functions({})


class FakeLambda:
    """A version whose state is as given, until somebody waits for it."""

    def __init__(self, state: str) -> None:
        self.state = state

    def get_function_configuration(self, **of: str) -> dict[str, str]:
        assert of == {"FunctionName": FUNCTION.function_name, "Qualifier": "7"}
        return {"State": self.state, "StateReason": "the image is gone"}

    def get_waiter(self, name: str) -> "FakeLambda":
        assert name == "published_version_active"
        return self

    def wait(self, **of: str) -> None:
        assert of == {"FunctionName": FUNCTION.function_name, "Qualifier": "7"}
        self.state = "Active"


@pytest.mark.parametrize(
    ("state", "later"), [("Active", "Active"), ("Pending", "Active"), ("Inactive", "Inactive")]
)
def test_a_version_is_waited_for(state: str, later: str) -> None:
    """Inactive: nobody has called it for weeks, and a call has it made ready."""
    client = FakeLambda(state)
    Alias(client, FUNCTION).wait_until_ready("7")
    assert client.state == later


def test_a_version_that_cannot_run() -> None:
    with pytest.raises(ReleaseError, match="create-user: version 7 cannot run: the image is gone"):
        Alias(FakeLambda("Failed"), FUNCTION).wait_until_ready("7")


class FakeCloudWatch:
    """Any number of alarms, as AWS answers: no more than a hundred at a time."""

    def describe_alarms(self, **asked: Any) -> dict[str, Any]:
        assert len(asked["AlarmNames"]) <= 100
        # Of 50 where none is given.
        assert asked["MaxRecords"] >= len(asked["AlarmNames"])
        lasting = {"Period": 300, "EvaluationPeriods": 3}
        return {
            "MetricAlarms": [
                {"AlarmName": name, "StateValue": "OK", **lasting} for name in asked["AlarmNames"]
            ]
        }


def test_all_alarms_are_asked_for() -> None:
    names = {f"alarm-{n}" for n in range(250)}
    found = Alarms(FakeCloudWatch(), names).read()
    assert {alarm.name for alarm in found} == names
    assert {alarm.seconds for alarm in found} == {900}


def test_alarms_that_have_no_time_to_fire_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    alarms = [
        Alarm(name=name, firing=False, reason="", seconds=seconds)
        for name, seconds in (("slow", 600), ("quick", 300), ("of-metrics", None))
    ]
    messages.deaf(alarms, 300)
    assert capsys.readouterr().out == (
        "  note: slow needs 10 min to fire, and is watched for 5 min. Use a larger --minutes.\n"
    )


def test_signals_are_noticed_and_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Interruptible() as signals:
        signals.check()
        os.kill(os.getpid(), signal.SIGTERM)
        with pytest.raises(Interrupted):
            signals.sleep(3_600)
        os.kill(os.getpid(), signal.SIGINT)  # once more changes nothing
    assert signal.getsignal(signal.SIGTERM) is before


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["prod", "back"],
        ["prod", "--release", "2026-01-01T00:00:00Z"],
        ["prod", "--output", "no/such/folder/file"],
        ["prod", "--json"],
        *(["prod", "--percent", n] for n in ("0", "101", "-1", "2.5", "x")),
        *(["prod", "--minutes", n] for n in ("0", "-1", "1441", "nan", "inf", "x")),
    ],
)
def test_wrong_usage(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["release", *arguments]) == 2
    assert capsys.readouterr().err.startswith("error: ")


@pytest.mark.parametrize(
    ("name", "allowed"), [("release", {**ALLOWED, **PRUNING}), ("rollback", ALLOWED)]
)
def test_the_help_lists_the_permissions_that_the_tests_run_with(
    name: str, allowed: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([name, "--help"]) == 0
    said = capsys.readouterr().out
    listed = said[said.index("Needs the Pulumi CLI") : said.index("Exit codes:")]
    for action in " ".join(allowed).split():
        assert action.partition(":")[2] in listed


@pytest.mark.parametrize("name", ["release", "rollback"])
def test_there_is_no_pulumi_cli(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    assert main([name, "prod"]) == 3
    assert "The Pulumi CLI is not installed" in capsys.readouterr().err
