"""The recorder in the emulator's process: what it keeps, and that it disturbs nothing."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from local import project
from local.cloud import Cloud, launch
from local.emulator import Emulator, free_port
from local.history.store import History
from ops.events.model import Cause
from tests.support.e2e.system import invoke, until

Start = Callable[[], Cloud]


@pytest.fixture
def start(sample: Path, tmp_path: Path) -> Start:
    def start() -> Cloud:
        settings = project.load("local", root=sample)
        emulator = Emulator(
            port=free_port(), directory=tmp_path / "emulator", region=settings.region
        )
        return launch(emulator, settings, history=tmp_path / "history.sqlite3")

    return start


def greeted(history: History, text: str) -> Cause:
    return until(lambda: [c for c in history.causes(text=text) if c.outcome != "running"])[0]


def test_a_restart_keeps_the_history(start: Start) -> None:
    with start() as cloud:
        invoke(cloud, "greet", {"x": "before the restart"})
        first = greeted(History(cloud.history), "before the restart")
    with start() as again:
        invoke(again, "greet", {"x": "after the restart"})
        history = History(again.history)
        second = greeted(history, "after the restart")
        assert history.causes() == [second, first]
        assert second.id != first.id


def test_no_call_fails_because_it_cannot_be_recorded(cloud: Cloud) -> None:
    directory = cloud.emulator.directory
    settings = (directory / "recorder.json").read_bytes()
    invoke(cloud, "greet", {"x": "before it breaks"})
    greeted(History(cloud.history), "before it breaks")
    (directory / "recorder.json").write_text("{")
    answer = invoke(cloud, "greet", {"x": "while it is broken"})
    assert answer["text"]
    until(lambda: "The recorder failed" in (directory / "emulator.log").read_text())
    (directory / "recorder.json").write_bytes(settings)
    invoke(cloud, "greet", {"x": "while it works"})
    assert greeted(History(cloud.history), "while it works").outcome == "ok"


def test_a_program_that_is_applied_again_has_its_new_names(cloud: Cloud) -> None:
    history, file = History(cloud.history), cloud.emulator.directory / "recorder.json"
    invoke(cloud, "greet", {"x": "before the new name"})
    assert greeted(history, "before the new name").invocations[0].function == "greet"
    original = file.read_bytes()
    settings = json.loads(original)
    settings["names"][cloud.functions["greet"].name] = "welcome"
    file.write_text(json.dumps(settings))

    def renamed() -> list[Cause]:
        invoke(cloud, "greet", {"x": "before the new name"})
        return history.causes(function="welcome")

    assert until(renamed)
    file.write_bytes(original)
