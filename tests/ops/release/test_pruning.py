"""Which versions a release deletes, and that nothing which goes wrong there undoes it."""

import os
import signal
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from ops.release.alias import Alias
from ops.release.functions import Function
from ops.release.pruning import prune
from tests.support.release_world import World

QUICK = ("--minutes", "0.01")
FUNCTION = Function(
    name="changed", region="eu-central-1", function_name="changed", alias="live", alarms=()
)


def versions(world: World, name: str = "changed") -> list[str]:
    pages = world.client("lambda").get_paginator("list_versions_by_function")
    found = [v["Version"] for p in pages.paginate(FunctionName=name) for v in p["Versions"]]
    return [version for version in found if version != "$LATEST"]


@pytest.mark.long
def test_what_is_live_and_what_a_rollback_leads_to_stay(world: World) -> None:
    """The operator may delete versions, but no functions."""
    world.add("changed", "other")
    for _ in range(3):
        world.publish("changed")
    assert world.run("--dry-run")[0] == 0
    assert versions(world) == ["1", "2", "3", "4"]
    code, said = world.run(*QUICK)
    assert (code, "changed: deleted version 2, 3\n" in said) == (0, True), said
    assert versions(world) == ["1", "4"]
    assert versions(world, "other") == ["1"]
    assert world.run(command="rollback")[0] == 0
    assert (world.live("changed"), versions(world)) == (("1", {}), ["1", "4"])
    world.publish("changed")
    assert world.run(*QUICK)[0] == 0
    assert (world.live("changed"), versions(world)) == (("5", {}), ["1", "5"])


class FakeLambda:
    """A function's versions and aliases, in pages of two; it refuses what AWS refuses."""

    def __init__(self, count: int, live: int, description: str = "", **others: Any) -> None:
        self.versions = [str(n) for n in range(1, count + 1)]
        self.aliases = {
            "live": {"FunctionVersion": str(live), "Description": description, "RevisionId": "r"},
            **others,
        }
        self.fails: Mapping[str, str] = {}
        self._listed = ""

    def get_alias(self, **of: str) -> dict[str, Any]:
        assert of == {"FunctionName": "changed", "Name": "live"}
        return self.aliases["live"]

    def get_paginator(self, name: str) -> "FakeLambda":
        self._listed = name
        return self

    def paginate(self, **of: str) -> Iterator[dict[str, Any]]:
        assert of == {"FunctionName": "changed"}
        if self._listed == "list_aliases":
            return ({"Aliases": [alias]} for alias in self.aliases.values())
        assert self._listed == "list_versions_by_function"
        every = ["$LATEST", *self.versions]
        return (
            {"Versions": [{"Version": v} for v in every[n : n + 2]]}
            for n in range(0, len(every), 2)
        )

    def delete_function(self, *, FunctionName: str, Qualifier: str) -> None:  # noqa: N803
        assert FunctionName == "changed"
        if code := self.fails.get(Qualifier):
            raise ClientError({"Error": {"Code": code, "Message": "no"}}, "DeleteFunction")
        for alias in self.aliases.values():
            assert Qualifier != alias["FunctionVersion"]
            assert Qualifier not in alias.get("RoutingConfig", {}).get(
                "AdditionalVersionWeights", {}
            )
        self.versions.remove(Qualifier)

    def pruned(self) -> list[str]:
        prune(self, [Alias(self, FUNCTION)])
        return self.versions


RECORD = "release 2026-01-01T00:00:00Z: version {} to {}"


@pytest.mark.parametrize(
    ("client", "left"),
    [
        (FakeLambda(5, 5, RECORD.format(3, 5)), ["3", "5"]),
        (FakeLambda(5, 3, RECORD.format(3, 4)), ["3", "4", "5"]),  # rolled back; 5 waits
        (FakeLambda(5, 3, RECORD.format(3, 4) + ", watching"), ["3", "4", "5"]),
        (FakeLambda(5, 5), ["4", "5"]),  # `pulumi up` moves the alias
        (FakeLambda(1, 1), ["1"]),
        (
            FakeLambda(
                5, 5, RECORD.format(4, 5),
                kept={"FunctionVersion": "1",
                      "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}}},
            ),
            ["1", "3", "4", "5"],
        ),
    ],
)  # fmt: skip
def test_what_is_kept(client: FakeLambda, left: list[str]) -> None:
    assert client.pruned() == left


@given(st.data())
def test_no_version_is_deleted_that_somebody_needs(data: st.DataObject) -> None:
    """The fake fails for versions that an alias names."""
    count = data.draw(st.integers(1, 12))
    version = st.integers(1, count)
    live, old, new = (data.draw(version) for _ in range(3))
    record = data.draw(st.sampled_from(["", RECORD, f"{RECORD}, watching", "by hand"]))
    other = {
        "FunctionVersion": str(data.draw(version)),
        "RoutingConfig": {"AdditionalVersionWeights": {str(data.draw(version)): 0.5}},
    }
    left = FakeLambda(count, live, record.format(old, new), other=other).pruned()
    recorded = {old, new} if record.startswith("release") else set()
    assert {str(n) for n in recorded | set(range(live, count + 1))} <= set(left)
    assert len(left) <= (count - live + 1) + 2 + 2


def test_a_version_that_cannot_be_deleted_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    client = FakeLambda(6, 6, RECORD.format(5, 6))
    client.fails = {"1": "ResourceNotFoundException", "3": "AccessDeniedException"}
    assert client.pruned() == ["1", "3", "4", "5", "6"]
    printed = capsys.readouterr()
    assert "changed: deleted version 1, 2\n" in printed.out
    assert "note: changed: not all old versions were deleted: An error" in printed.err
    assert "What was released stays released" in printed.err


def test_a_signal_stops_deleting_and_undoes_nothing() -> None:
    client = FakeLambda(5, 5, RECORD.format(4, 5))
    delete = client.delete_function

    def interrupted(**of: str) -> None:
        delete(**of)
        os.kill(os.getpid(), signal.SIGTERM)

    client.delete_function = interrupted  # type: ignore[method-assign]
    assert client.pruned() == ["2", "3", "4", "5"]
