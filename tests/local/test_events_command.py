"""``app events``, on a history that is there."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cli import main
from local.history.store import History
from tests.support.history import samples
from tests.support.stacks import ROOT

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["events", *arguments], root=tmp_path)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def history(tmp_path: Path) -> History:
    (tmp_path / ".local").mkdir(mode=0o700)
    history = History(tmp_path / ".local" / "history.sqlite3")
    history.write(samples(time.time()))
    return history


def ids(output: str) -> list[str]:
    return [json.loads(line)["id"] for line in output.splitlines()]


def test_nothing_has_happened(run: Run) -> None:
    code, output, error = run()
    assert (code, output) == (0, "")
    assert error == "Nothing has happened yet. Start the local cloud: app up\n"


def test_nothing_can_be_followed(run: Run) -> None:
    code, _, error = run("--follow")
    assert code == 1
    assert "No local cloud is running" in error


@pytest.mark.usefixtures("history")
def test_the_newest_is_last(run: Run) -> None:
    code, output, _ = run()
    assert code == 0
    lines = output.splitlines()
    shown = [re.search(r"\((\S+)\)$", line) for line in lines]
    assert [found and found[1] for found in shown] == [cause.id for cause in samples(0)]
    assert "dead_letter  Message to emails" in lines[0]
    assert "running" in lines[-1]
    assert ids(run("--json", "--limit", "2")[1]) == ["req-1", "run-10"]


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (["--function", "send-email"], ["m2", "req-1"]),
        (["--outcome", "denied"], ["req-2"]),
        (["--text", "ada@EXAMPLE.com"], ["req-1"]),
        (["--since", "15s"], ["req-3", "req-1", "run-10"]),
    ],
)
def test_only_what_is_asked_for(run: Run, filters: list[str], found: list[str]) -> None:
    assert ids(run("--json", *filters)[1]) == found


@pytest.mark.usefixtures("history")
def test_a_cause_is_shown_as_a_tree(run: Run) -> None:
    code, output, _ = run("req-1")
    assert code == 0
    assert output.splitlines()[1:] == [
        "└─ create-user  22 ms  cold",
        "   └─ dynamodb TransactWriteItems  users  6 ms",
        "      └─ queue-welcome  15 ms",
        "         └─ sqs SendMessageBatch  emails  4 ms",
        "            └─ send-email  41 ms",
        "               └─ ses SendEmail  ada@example.com  5 ms",
    ]
    assert 'which users.get(env="…") allows' in run("req-2")[1]
    assert "at handlers/send_email/deliver.py:77 in deliver" in run("m2")[1]
    assert json.loads(run("req-1", "--json")[1])["input"]["body"]["name"] == "Ada"


@pytest.mark.usefixtures("history")
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--outcome", "fail"], "'fail' is not one of 'running', 'ok', 'failed', 'denied', 're"),
        (
            ["--since", "soon"],
            "'soon' is not a time. Use a number from 1 and s, m, h or d, ",
        ),
        (["--since", "99999999999999d"], "is not a time"),
        (["--since", "0m"], "is not a time"),
    ],
)
def test_wrong_usage(run: Run, arguments: list[str], message: str) -> None:
    code, output, error = run(*arguments)
    assert (code, output) == (2, "")
    assert message in error


def test_a_cause_that_is_not_there(run: Run) -> None:
    error = "error: There is no cause 'none'. List them: app events\n"
    assert run("none") == (1, "", error)


@pytest.mark.usefixtures("history")
def test_no_match(run: Run) -> None:
    assert run("--text", "nobody") == (0, "", "No cause matches.\n")


def test_a_terminal_is_not_controlled(history: History, run: Run) -> None:
    cause = samples(time.time())[-1]
    cause.title = "POST /\x1b[2J\u202e"
    history.write([cause])
    assert "POST /\\x1b[2J\\u202e" in run()[1]


def test_a_closed_pipe_is_no_error(history: History, tmp_path: Path) -> None:
    """``app events | head -1``."""
    assert history.causes()
    reading, writing = os.pipe()
    os.close(reading)
    program = "import sys, cli, pathlib; cli.run(pathlib.Path(sys.argv.pop(1)))"
    ended = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path), "events"],
        stdout=writing,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        check=False,
    )
    os.close(writing)
    assert (ended.returncode, ended.stderr) == (0, b"")
