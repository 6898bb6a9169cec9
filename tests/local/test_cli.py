"""The commands, without an emulator: what they say when something is wrong."""

import io
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from local.__main__ import main
from local.deployed import Deployed, FunctionRef
from local.emulator import free_port
from local.errors import NotRunning
from local.hints import command, hints
from local.mail import readable
from local.state import State, StateDirectory
from local.tokens import fetch

COMMANDS = [
    "up", "outputs", "logs", "invoke", "token", "mail", "upload", "files", "download",
    "redrive", "down",
]  # fmt: skip


@pytest.fixture
def run(tmp_path, capsys):
    def run(*arguments):
        code = main(arguments, root=tmp_path)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def running(tmp_path):
    """Pretend that a local cloud runs, with one function, at a port where nothing answers."""
    directory = StateDirectory(tmp_path)
    lock = directory.acquire()
    directory.save(
        State(
            pid=os.getpid(),
            port=free_port(),
            region="us-east-1",
            stack="local",
            started=datetime.now(UTC),
            deployed=Deployed(
                outputs={"api_gateway_url": "http://x"},
                functions={"greet": FunctionRef(name="greet-1", log_group="/g")},
            ),
        )
    )
    yield
    os.close(lock)


@pytest.mark.parametrize("arguments", [[], *[[name] for name in COMMANDS]])
def test_help_has_examples(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main([*arguments, "--help"])
    assert ended.value.code == 0
    assert "\nexamples:\n  python -m local" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["nope"], ["up", "--port", "0"], ["up", "--port", "x"], ["invoke"]]
)
def test_wrong_usage(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage:" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["outputs"],
        ["logs"],
        ["invoke", "greet"],
        ["token"],
        ["mail"],
        ["files"],
        ["upload", "x"],
        ["redrive"],
    ],
)
def test_nothing_is_running(run, arguments):
    code, output, error = run(*arguments)
    assert (code, output) == (1, "")
    assert error == "error: No local cloud is running. Start one: python -m local up\n"


def test_down_twice_is_no_error(run):
    code, _, error = run("down")
    assert code == 0
    assert "No local cloud is running" in error


def test_outputs_are_json(run, running):
    assert run("outputs") == (0, '{\n  "api_gateway_url": "http://x"\n}\n', "")


def test_one_output_is_printed_bare(run, running):
    assert run("outputs", "api_gateway_url") == (0, "http://x\n", "")


def test_unknown_output(run, running):
    code, out, err = run("outputs", "nope")
    assert (code, out) == (1, "")
    assert "There is no output 'nope'. Outputs: api_gateway_url." in err


@pytest.mark.parametrize("arguments", [["logs", "nope"], ["invoke", "nope"]])
def test_unknown_function(run, running, arguments):
    code, _, error = run(*arguments)
    assert code == 1
    assert error == "error: There is no function 'nope'. Functions: greet.\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1,\n "b" 2}', "not valid JSON: line 2, column 6"),
        ("", "not valid JSON: line 1, column 1"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_bad_event_files(run, running, tmp_path, content, message):
    file = tmp_path / "event.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, _, error = run("invoke", "greet", str(file))
    assert code == 1
    assert str(file) in error
    assert message in error


def test_missing_event_file(run, running):
    code, _, error = run("invoke", "greet", "nowhere.json")
    assert code == 1
    assert "The event file nowhere.json cannot be read: No such file" in error


def test_bad_event_on_standard_input(run, running, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("{"))
    code, _, error = run("invoke", "greet", "-")
    assert code == 1
    assert "The event in standard input is not valid JSON" in error


def test_no_bucket(run, running):
    code, _, error = run("files")
    assert code == 1
    assert "no output `s3_bucket_name`" in error


def test_no_dead_letter_queues(run, running):
    code, _, error = run("redrive", "emails-dead-letters", "--dry-run")
    assert code == 1
    assert "no output `dead_letters`" in error


def test_an_api_that_asks_for_no_token(run, running):
    code, out, error = run("token")
    assert (code, out) == (1, "")
    assert "no output `token_endpoint`, for its API asks for no tokens" in error
    assert "authorization: cognito" in error


def test_a_token_from_what_is_gone():
    outputs = {
        "token_endpoint": f"http://127.0.0.1:{free_port()}/oauth2/token",
        "client_id": "c",
        "client_secret": "s",
    }
    with pytest.raises(NotRunning, match="the local cloud is gone"):
        fetch(outputs, None)


@pytest.mark.parametrize("arguments", [["mail"], ["invoke", "greet"], ["logs"]])
def test_the_emulator_does_not_answer(run, running, arguments):
    code, _, error = run(*arguments)
    assert code == 1
    assert error.startswith("error: ")
    assert "Traceback" not in error


def test_unknown_stack(run, tmp_path):
    (tmp_path / "Pulumi.yaml").write_text("name: test\n")
    code, _, error = run("up", "--stack", "nope")
    assert code == 1
    assert "There is no stack 'nope'" in error


def test_interrupt(run, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(StateDirectory, "load", interrupt)
    code, _, error = run("outputs")
    assert (code, error) == (130, "\nInterrupted.\n")


def test_hints_are_for_what_there_is():
    everything = {"api_gateway_url": "http://x/local", "s3_bucket_name": "b", "api_key": "k"}
    lines = [line for _, line in hints(everything)]
    assert any(
        "-H 'x-api-key: k'" in line and line.endswith("http://x/local/users") for line in lines
    )
    assert f"{command()} upload tests/functions/process_upload/picture.jpg" in lines
    assert [line for _, line in hints({})] == [f"{command()} down"]


def test_the_viewer_is_among_what_to_try():
    viewer = "http://127.0.0.1:4566/docs"
    assert viewer in [line for _, line in hints({}, viewer=viewer)]


def test_a_hint_shows_the_token_that_the_api_asks_for():
    outputs = {"api_gateway_url": "http://x/local", "token_endpoint": "http://x/oauth2/token"}
    [create, read] = [line for _, line in hints(outputs) if line.startswith("curl")]
    assert f'-H "Authorization: Bearer $({command()} token)"' in create
    assert f'-H "Authorization: Bearer $({command()} token)"' in read


def test_command_is_short_inside_the_project(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / ".venv/bin/python"))
    assert command() == ".venv/bin/python -m local"


def test_a_readable_mail():
    message = {
        "Timestamp": 0,
        "Source": "no-reply@example.com",
        "To": ["ada@example.com"],
        "Subject": "Welcome",
        "BodyText": "Hello Ada\n",
    }
    assert readable(message) == (
        "Date:    1970-01-01 00:00:00 UTC\n"
        "From:    no-reply@example.com\n"
        "To:      ada@example.com\n"
        "Subject: Welcome\n\nHello Ada"
    )
