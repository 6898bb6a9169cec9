"""``up`` from start to stop, each in a process of its own, as a user runs it."""

import contextlib
import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from functools import partial
from pathlib import Path

import pytest

from cli import main
from local.emulator import free_port
from local.follow import is_alive_after_stopping
from tests.support.e2e.system import until
from tests.support.local import forked

REPOSITORY = Path(__file__).parents[2]
MAIN = """\
import sys
from pathlib import Path

import cli

root = Path(sys.argv.pop(1))
cli.run(root)
"""


@pytest.fixture
def folder(tmp_path, sample):
    target = tmp_path / "project"
    shutil.copytree(sample, target, ignore=shutil.ignore_patterns("__pycache__"))
    return target


@pytest.fixture
def arguments(folder):
    return [sys.executable, "-u", "-c", MAIN, str(folder)]


# What a user may have set must not matter.
HOSTILE = {
    "AWS_PROFILE": "nobody",
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
    "AWS_ACCESS_KEY_ID": "secret",
    "HTTP_PROXY": "http://127.0.0.1:1",
}


@pytest.fixture
def up(folder):
    return partial(forked.run, folder, "up", "--detach", environment=HOSTILE)


@pytest.fixture
def local(folder, monkeypatch, capsys):
    """Run another command in this process: it is quicker."""
    for name, value in HOSTILE.items():
        monkeypatch.setenv(name, value)

    def run(*command, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        code = main(command, root=folder)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def group_is_gone(pid):
    for _ in range(250):  # a container's first process may take its time to reap zombies
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False


def test_detached(up, local, folder, tmp_path):
    port = str(free_port())
    started = up("--port", port)
    try:
        assert (started.returncode, started.stderr) == (0, "")
        assert "Functions run as local Python workers" in started.stdout
        state = json.loads((folder / ".local/state.json").read_text())
        assert json.loads(local("outputs")[1]) == state["deployed"]["outputs"]

        again = up("--port", port)
        assert (again.returncode, again.stderr) == (0, "")
        assert again.stdout == "Nothing of the running cloud had to change.\n"
        other = up("--port", str(free_port()))
        assert other.returncode == 1
        assert "with another --port" in other.stderr

        code, answer, _ = local("invoke", "greet", "-", stdin='{"x": 1}')
        assert (code, json.loads(answer)["text"]) == (0, "hello, Ada")
        code, _, error = local("invoke", "greet", "-", stdin='{"fail": true}')
        assert code == 1
        assert "raise ValueError" in error
        logs = local("logs", "greet")[1]
        assert "INFO    greeted count=1" in logs
        assert "\033" not in logs

        (tmp_path / "a file.txt").write_text("content")
        uploaded = local("upload", str(tmp_path / "a file.txt"))
        unprocessed = "No function processes it: none is invoked for a file.\n"
        assert uploaded == (0, "Stored as uploads/a file.txt\n", unprocessed)
        assert "uploads/a file.txt" in local("files", "uploads/")[1]
        copy = tmp_path / "copy"
        assert local("download", "uploads/a file.txt", str(copy))[0] == 0
        assert copy.read_text() == "content"
        assert "exists already" in local("download", "uploads/a file.txt", str(copy))[2]
        assert "There is no file 'none'" in local("download", "none")[2]
        assert "cannot be read" in local("upload", str(tmp_path / "none"))[2]
        assert local("mail")[1] == "No e-mail was sent yet; one takes a second or two.\n"
    finally:
        down = local("down")
    assert down == (0, "Stopped.\n", "")
    assert "    raise ValueError" in local("logs", "greet")[1]
    assert local("logs", "nobody")[:2] == (2, "")
    assert local("logs", "--follow")[:2] == (1, "")
    assert group_is_gone(state["pid"])
    assert left(folder) == {"history", "lock"}
    code, kept, _ = local("events")  # also when nothing runs
    assert code == 0
    assert [line.split("  ")[1].strip() for line in kept.splitlines()] == ["ok", "failed"]
    assert "Invoke greet" in kept
    failed = json.loads(local("events", "--json", "--outcome", "failed")[1])
    assert failed["invocations"][0]["failure"]["type"] == "ValueError"
    chain = local("events", failed["id"])[1]
    assert "ValueError: " in chain
    assert "handlers/greet/handler.py:" in chain


def left(folder):
    return {file.name.partition(".")[0] for file in (folder / ".local").iterdir()}


def wait_for(path):
    for _ in range(3_000):  # a minute: other processes may keep the machine busy
        if path.exists():
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} did not appear")


def test_a_signal_stops_everything(arguments, folder):
    process = subprocess.Popen(
        [*arguments, "up", "--port", str(free_port())],
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    wait_for(folder / ".local/state.json")
    emulator = json.loads((folder / ".local/state.json").read_text())["pid"]
    process.send_signal(signal.SIGINT)
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)  # an impatient second Ctrl-C
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 0, output
    assert "Traceback" not in output
    assert group_is_gone(emulator)
    assert left(folder) <= {"history", "lock"}


def test_an_interrupt_during_the_start_stops_everything(folder):
    process = forked.Command(folder, "up", "--port", str(free_port()))
    wait_for(folder / ".local/emulator/emulator.log")
    process.send_signal(signal.SIGINT)
    output = process.communicate()
    assert (process.returncode, *output) == (130, "", "\nInterrupted.\n")
    assert left(folder) <= {"history", "lock"}


def test_a_failing_program_leaves_nothing(up, folder):
    (folder / "__main__.py").write_text("import nowhere\n")
    failed = up("--port", str(free_port()))
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("error: The program failed: ModuleNotFoundError")
    assert "import nowhere" in failed.stderr
    assert left(folder) <= {"history", "lock"}


@pytest.fixture
def closed_pipe():
    """Return a pipe to write to, whose reader has gone."""
    read, write = os.pipe()
    os.close(read)
    yield write
    os.close(write)


@pytest.mark.long
def test_a_closed_pipe_stops_nothing_but_following(arguments, local, closed_pipe):
    """In `app up --detach | head -1`, head ends, and the cloud keeps running."""
    command = [*arguments, "up", "--detach", "--port", str(free_port())]
    try:
        up = subprocess.run(
            command,
            cwd=REPOSITORY,
            env={**os.environ, **HOSTILE},
            stdout=closed_pipe,
            stderr=closed_pipe,
            timeout=60,
        )
        assert up.returncode == 0
        for command in ("logs", "events"):
            followed = subprocess.run(
                [*arguments, command, "--follow"], cwd=REPOSITORY, stdout=closed_pipe, timeout=60
            )
            assert followed.returncode == 0
        assert json.loads(local("outputs")[1])
    finally:
        assert local("down")[0] == 0


@contextlib.contextmanager
def followed(folder):
    process = forked.Command(folder, "up", "--port", str(free_port()))
    try:
        wait_for(folder / ".local/state.json")
        yield process, json.loads((folder / ".local/state.json").read_text())["pid"]
    finally:
        process.kill()
        process.communicate()


@pytest.mark.long
def test_an_emulator_that_was_killed_is_a_failure(folder, local):
    with followed(folder) as (process, emulator):
        assert local("invoke", "greet", "-", stdin='{"x": 1}')[0] == 0
        shown = []
        for line in process.stdout:
            shown.append(line)
            if "greeted" in line:
                break
        # The history is written a moment after the log; a kill loses what is not written yet.
        until(lambda: "greeted" in local("events", "--json")[1])
        os.kill(emulator, signal.SIGKILL)
        _, error = process.communicate(timeout=60)
    assert any("INFO    greeted count=1" in line for line in shown)
    assert process.returncode == 1
    assert "error: The emulator ended by itself (signal 9). The end of its log:\n" in error
    assert "Try again: app up" in error
    assert "Traceback" not in error
    code, logs, error = local("logs")
    assert code == 0
    assert "INFO    greeted count=1" in logs
    assert error.startswith("These are the logs so far. No local cloud is running.")
    assert left(folder) <= {"history", "lock"}


def test_down_from_another_terminal_is_no_failure(folder, local):
    with followed(folder) as (process, _):
        assert local("down")[0] == 0
        _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (0, "The emulator has ended.\n")


def test_an_emulator_on_its_way_out_is_waited_for():
    """It may answer no more, and still be stopping its containers."""
    answers = iter([True, True, False])
    assert not is_alive_after_stopping(lambda: next(answers, False))


@pytest.mark.long
def test_debugging_ends_by_a_signal_and_undoes_its_changes(up, local, folder):
    assert up("--port", str(free_port())).returncode == 0
    try:
        assert "There is no function 'gret'" in local("debug", "gret")[2]
        process = forked.Command(folder, "debug", "greet", "--port", str(free_port()))
        assert process.stdout.readline().startswith("greet waits for a debugger on 127.0.0.1:")
        process.send_signal(signal.SIGTERM)
        output, error = process.communicate(timeout=60)
        assert (process.returncode, error) == (0, "")
        assert output.endswith("greet runs without a debugger again.\n")
        code, answer, _ = local("invoke", "greet", "-", stdin='{"x": 1}')
        assert (code, json.loads(answer)["text"]) == (0, "hello, Ada")
    finally:
        assert local("down")[0] == 0


def lines_until(process, text):
    """Return what a process prints, up to a line that has the text; kill it after two minutes."""
    shown = []
    too_late = threading.Timer(120, process.kill)
    too_late.start()
    try:
        for line in process.stdout:
            shown.append(line)
            if text in line:
                return shown
    finally:
        too_late.cancel()
    raise AssertionError(f"{text!r} did not appear in {shown}: {process.stderr.read()}")


@pytest.mark.long
def test_edits_are_applied_while_it_runs(folder, local):
    program, stack_file = folder / "__main__.py", folder / "Pulumi.local.yaml"
    original = program.read_text()
    with followed(folder) as (process, _):
        lines_until(process, "Ctrl-C stops everything")
        program.write_text(original.replace('"WORD": word', '"WORD": "bye"'))
        shown = lines_until(process, "changed  Function greet")
        assert any(line == "Edited: __main__.py. Applying …\n" for line in shown)
        _, answer, _ = local("invoke", "greet", "-", stdin="{}")
        assert json.loads(answer)["text"] == "bye, Ada"

        stack_file.write_text(stack_file.read_text().replace("30", "thirty"))
        lines_until(process, "Not applied.")
        stack_file.write_text(stack_file.read_text().replace("thirty", "50"))
        lines_until(process, "changed  Queue messages")

        (folder / "beside.py").write_text("WORD = 'hi'\n")
        program.write_text(original.replace('"WORD": word', '"WORD": __import__("beside").WORD'))
        lines_until(process, "changed  Function greet")
        (folder / "beside.py").write_text("WORD = 'yo'\n")
        lines_until(process, "changed  Function greet")
        _, answer, _ = local("invoke", "greet", "-", stdin="{}")
        assert json.loads(answer)["text"] == "yo, Ada"

        program.write_text(f"{original}\nimport handlers.other.more\n")
        lines_until(process, "No module named 'handlers.other.more'")
        (folder / "handlers/other/more.py").write_text(
            "import pulumi_aws\npulumi_aws.sqs.Queue('from-handlers')\n"
        )
        lines_until(process, "made     Queue from-handlers")
        (folder / "handlers/other/more.py").write_text("")
        lines_until(process, "removed  Queue from-handlers, with its messages")
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
    assert left(folder) <= {"history", "lock"}


@pytest.mark.long
def test_without_a_watch_an_edit_waits_for_the_next_up(up, local, folder):
    port = str(free_port())
    assert up("--port", port).returncode == 0
    try:
        program = folder / "__main__.py"
        program.write_text(program.read_text().replace("timeout=10", "timeout=12"))
        applied = up()
        assert (applied.returncode, applied.stderr) == (0, "")
        assert "  changed  Function greet\n" in applied.stdout
        program.write_text("import nowhere\n")
        failed = up()
        assert failed.returncode == 1
        assert "No module named 'nowhere'" in failed.stderr
        assert json.loads(local("invoke", "greet", "-", stdin="{}")[1])["text"] == "hello, Ada"
    finally:
        assert local("down")[0] == 0


@pytest.mark.long
def test_what_was_kept_comes_back(up, local, folder, tmp_path):
    port = str(free_port())
    (tmp_path / "file.txt").write_text("content")
    assert up("--keep", "--port", port).returncode == 0
    outputs = json.loads(local("outputs")[1])
    assert local("upload", str(tmp_path / "file.txt"))[0] == 0
    assert local("down")[1] == "Stopped. Its data come back with: app up --keep\n"
    assert stat.S_IMODE((folder / ".local/kept").stat().st_mode) == 0o700

    other = up("--keep", "--port", str(free_port()))
    assert other.returncode == 1
    assert f"are of --port {port}" in other.stderr

    program = folder / "__main__.py"
    program.write_text(program.read_text() + "aws.sqs.Queue('another')\n")
    assert up("--keep").returncode == 0
    try:
        assert json.loads(local("outputs")[1]) == outputs
        assert "uploads/file.txt" in local("files")[1]
        assert json.loads(local("invoke", "greet", "-", stdin="{}")[1])["text"] == "hello, Ada"
    finally:
        assert local("down")[0] == 0
    assert up("--port", port).returncode == 0  # without the option, it starts empty
    try:
        assert "There are no files" in local("files")[2]
    finally:
        assert local("down")[1] == "Stopped.\n"
    assert left(folder) <= {"history", "kept", "lock"}
