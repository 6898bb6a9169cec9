"""``app up --docker --keep`` in a copy of this tree: edits, stops, and workers in between."""

import contextlib
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from local.containers import LABEL
from local.emulator import free_port
from local.engine import Engine
from local.state import StateDirectory
from tests.support.images.bases import Bases
from tests.support.tree import copied

EVENT = "tests/functions/get_user/event.json"
HANDLER = """

def handler(event, context):
    import os
    try:
        import webencodings
    except ImportError:
        webencodings = None
    return [context.memory_limit_in_mb, os.environ.get("COLOUR"), bool(webencodings)]
"""


class App:
    """The commands of a copy of this tree, each in a process of its own."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = str(port)
        self.log = folder.parent / "up.log"

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "cli.py", *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def greet(self) -> Any:
        return json.loads(self.run("invoke", "get-user", EVENT))

    def edit(self, file: str, *changes: tuple[str, str]) -> None:
        path = self.folder / file
        text = path.read_text()
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path.write_text(text)

    @contextlib.contextmanager
    def following(self, *options: str) -> Iterator[Callable[[], str]]:
        """Follow the logs, as ``up`` does; yield what waits for the next edit to be applied."""
        with self.log.open("w") as log:
            process = subprocess.Popen(
                [sys.executable, "-u", "cli.py", "up", "--port", self.port, *options],
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        seen = 0

        def wait(text: str = "pplied") -> str:
            nonlocal seen
            for _ in range(1_200):  # two minutes: other processes may keep the machine busy
                new = self.log.read_text()[seen:]
                if text in new and new.endswith("\n"):
                    seen += len(new)
                    return new
                assert process.poll() is None, self.log.read_text()
                time.sleep(0.1)
            raise AssertionError(self.log.read_text())

        try:
            wait("Ctrl-C stops everything")
            yield wait
        finally:
            self.run("down")
            process.wait(60)


@pytest.fixture
def app(bases: Bases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> App:
    monkeypatch.setenv("BASE_IMAGE", bases.native)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    return App(copied(tmp_path / "project"), free_port())


def of_function(engine: Engine, app: App) -> list[str]:
    """Return the images of the containers that run the function."""
    state = StateDirectory(app.folder).load()
    found = engine.client.containers.list(filters={"label": f"{LABEL}={state.instance}"}, all=True)
    variable = f"AWS_LAMBDA_FUNCTION_NAME={state.deployed.functions['get-user'].name}"
    return [c.image.tags[0] for c in found if variable in c.attrs["Config"]["Env"]]


def test_edits_are_applied_and_leave_no_container_over(app: App, engine: Engine) -> None:
    handler = app.folder / "handlers/get_user/handler.py"
    handler.write_text(handler.read_text() + HANDLER)
    with app.following("--docker") as applied:
        assert app.greet() == ["512", None, False]
        [before] = of_function(engine, app)

        app.edit("images/get_user/requirements.in", ("msgspec\n", "msgspec\nwebencodings\n"))
        assert "Update it: make lock\n" in applied("make lock")
        pins = (app.folder / "images/process_upload/requirements.txt").read_text()
        pin = pins[pins.index("webencodings==") :]
        requirements = app.folder / "images/get_user/requirements.txt"
        requirements.write_text(requirements.read_text() + pin)
        told = applied("changed  Alias get-user-live")
        assert told.count("  Image ") == 1
        assert app.greet() == ["512", None, True]
        [after] = of_function(engine, app)
        assert after != before

        app.edit(
            "__main__.py",
            ('description="GET /users/{id}", memory_mb=512', 'description="", memory_mb=640'),
            (
                "environment=cors, grants=[users.get(",
                'environment={**cors, "COLOUR": "red"}, grants=[users.get(',
            ),
        )
        assert "Function get-user\n" in applied("changed  Alias get-user-live")
        assert app.greet() == ["640", "red", True]
        assert of_function(engine, app) == [after]


def test_data_come_back_in_containers_and_in_workers(app: App, tmp_path: Path) -> None:
    file = tmp_path / "kept.txt"
    file.write_text("content")
    answers = []
    for option in ("--docker", "--docker", "--no-docker", "--docker"):
        app.run("up", "--detach", "--keep", "--port", app.port, option)
        try:
            if not answers:
                app.run("upload", str(file))
            answers.append(app.greet())
            assert "uploads/kept.txt" in app.run("files"), option
            assert (StateDirectory(app.folder).load().instance is None) == (option == "--no-docker")
        finally:
            app.run("down")
    assert [answer["statusCode"] for answer in answers] == [404] * 4
