"""The commands, without an emulator: what they say when something is wrong."""

import contextlib
import io
import json
import os
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cli import main
from local.cli.common import as_port
from local.credentials import Credentials
from local.deployed import Deployed, FunctionRef, Resource
from local.emulator import free_port
from local.errors import LocalError, NotRunning
from local.files import key_for, unprocessed
from local.hints import command, hints
from local.invocation import read_event
from local.mail import readable
from local.server.console import settings as console
from local.state import State, StateDirectory
from local.tokens import fetch


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
    with pretended(tmp_path, {"api_gateway_url": "http://x"}):
        yield


@pytest.fixture
def running_with_bucket(tmp_path):
    with pretended(tmp_path, {"s3_bucket_name": "bucket"}):
        yield


def test_outputs_are_in_the_order_of_their_names(run, tmp_path):
    with pretended(tmp_path, {"url": "http://x", "functions": {"b": 1, "a": 2}}):
        code, out, _ = run("outputs")
    names = re.findall(r'"(\w+)":', out)
    assert (code, names) == (0, ["functions", "a", "b", "url"])


def test_the_browsers_command_line_has_no_lasting_key(run, running, tmp_path, monkeypatch):
    directory, opened = StateDirectory(tmp_path).emulator, []
    directory.mkdir()
    key = console.write(directory, root=tmp_path, stack="local", deployed=Deployed())
    monkeypatch.setattr("webbrowser.open", lambda url: opened.append(url) or True)
    code, out, _ = run("console", "--open")
    assert (code, len(opened)) == (0, 1)
    assert out.endswith(f"?key={key}\n")
    assert key not in opened[0]
    given = opened[0].partition("?key=")[2]
    assert console.opens(directory / console.FILE, given)
    assert not console.opens(directory / console.FILE, given)


@contextlib.contextmanager
def pretended(root, outputs):
    directory = StateDirectory(root)
    lock = directory.acquire()
    directory.save(
        State(
            pid=os.getpid(),
            port=free_port(),
            region="us-east-1",
            stack="local",
            credentials=Credentials("AKIAROOT", "secret"),
            started=datetime.now(UTC),
            deployed=Deployed(
                outputs=outputs,
                functions={"greet": FunctionRef(name="greet-1", log_group="/g")},
            ),
        )
    )
    yield
    os.close(lock)


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
        ["redrive", "local"],
        ["queue"],
        ["queue", "emails", "--retry"],
        ["table", "users"],
        ["run", "cleanup"],
        ["env"],
        ["aws", "s3", "ls"],
    ],
)
def test_nothing_is_running(run, arguments):
    code, output, error = run(*arguments)
    assert (code, output) == (1, "")
    assert error == "error: No local cloud is running. Start one: app up\n"


def test_down_twice_is_no_error(run):
    nothing = "No local cloud is running: there is nothing to stop.\n"
    assert run("down") == run("down") == (0, "", nothing)


def test_outputs_are_json(run, running):
    assert run("outputs") == (0, '{\n  "api_gateway_url": "http://x"\n}\n', "")


def test_one_output_is_printed_bare(run, running):
    assert run("outputs", "api_gateway_url") == (0, "http://x\n", "")
    assert run("outputs", "api_gateway_url", "--json") == (0, '"http://x"\n', "")


def test_unknown_output(run, running):
    code, out, err = run("outputs", "nope")
    assert (code, out) == (2, "")
    assert "There is no output 'nope'. Outputs: api_gateway_url." in err


@pytest.mark.parametrize(
    "arguments",
    [["logs", "nope"], ["invoke", "nope"], ["debug", "nope"], ["up", "--debug", "nope"]],
)
def test_unknown_function(run, running, arguments):
    error = "error: There is no function 'nope'. Functions: greet.\n"
    assert run(*arguments) == (2, "", error)


def test_a_near_name_is_suggested(run, running):
    assert run("invoke", "great")[2] == (
        "error: There is no function 'great'. Did you mean 'greet'? Functions: greet.\n"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"a": 1,\n "b" 2}', "not valid JSON: line 2, column 6"),
        ("", "not valid JSON: line 1, column 1"),
        (b"\xff", "is not UTF-8"),
        ("[" * 100_000, "is nested too deeply"),
        ("9" * 5_000, "Exceeds the limit"),
    ],
)
def test_bad_event_files(run, running, tmp_path, content, message):
    file = tmp_path / "event.json"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, _, error = run("invoke", "greet", str(file))
    assert code == 2
    assert str(file) in error
    assert message in error


def test_missing_event_file(run, running):
    code, _, error = run("invoke", "greet", "nowhere.json")
    assert code == 2
    assert "The event file nowhere.json cannot be read: No such file" in error


def test_bad_event_on_standard_input(run, running, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("{"))
    code, _, error = run("invoke", "greet", "-")
    assert code == 2
    assert "The event in standard input is not valid JSON" in error


def test_no_bucket(run, running):
    code, _, error = run("files")
    assert code == 1
    assert "no output `s3_bucket_name`" in error


def test_no_dead_letter_queues(run, running):
    code, _, error = run("redrive", "local", "emails-dead-letters", "--dry-run")
    assert code == 1
    assert "no output `dead_letters`" in error


def test_an_api_that_asks_for_no_token(run, running):
    code, out, error = run("token")
    assert (code, out) == (1, "")
    assert "no output `token_endpoint`, because its API requires no token" in error
    assert "authorization: cognito" in error


def test_a_token_from_what_is_gone():
    outputs = {
        "token_endpoint": f"http://127.0.0.1:{free_port()}/oauth2/token",
        "client_id": "c",
        "client_secret": "s",
    }
    with pytest.raises(NotRunning, match="The local cloud does not answer"):
        fetch(outputs, None)


@pytest.mark.parametrize("arguments", [["mail"], ["invoke", "greet"], ["logs"], ["queue"]])
def test_the_emulator_does_not_answer(run, running, arguments):
    code, _, error = run(*arguments)
    assert code == 1
    assert error.startswith("error: ")
    assert "Traceback" not in error


def test_interrupt(run, monkeypatch):
    def interrupt(self):
        raise KeyboardInterrupt

    monkeypatch.setattr(StateDirectory, "load", interrupt)
    code, _, error = run("outputs")
    assert (code, error) == (130, "\nInterrupted.\n")


def deployed(*routes, prefix=None, **outputs):
    """Return a deployment with routes, and with a function for the bucket's files of a prefix."""
    made = []
    for route in routes:
        method, path = route.split()
        place = {"httpMethod": method, "resourceId": path}
        made.append(("aws:apigateway/resource:Resource", path, {}, {"path": path}))
        made.append(("aws:apigateway/method:Method", route, place, {}))
    if prefix is not None:
        triggers = [{"lambdaFunctionArn": "f", "events": [], "filterPrefix": prefix}]
        notification = {"bucket": outputs["s3_bucket_name"], "lambdaFunctions": triggers}
        made.append(("aws:s3/bucketNotification:BucketNotification", "b", notification, {}))
    resources = {
        name: Resource(type=type_, name=name, id=name, inputs=inputs, outputs=others)
        for type_, name, inputs, others in made
    }
    return Deployed(outputs=outputs, resources=resources)


USERS = ("POST /users", "GET /users/{id}")
URL = {"api_gateway_url": "http://x/local"}


def test_hints_are_for_what_there_is():
    everything = deployed(*USERS, prefix="uploads/", s3_bucket_name="b", api_key="k", **URL)
    lines = [line for _, line in hints(everything)]
    assert any(
        "-H 'x-api-key: k'" in line and line.endswith("http://x/local/users") for line in lines
    )
    assert f"{command()} upload tests/functions/process_upload/picture.jpg" in lines
    assert f"{command()} files" in lines


@pytest.mark.parametrize(
    "bare",
    [
        deployed(),
        deployed("GET /activity", **URL),
        deployed(s3_bucket_name="b"),
        deployed(s3_bucket_name="b", prefix="in/"),
    ],
)
def test_there_are_no_hints_for_what_there_is_not(bare):
    assert [line for _, line in hints(bare)] == [f"{command()} down"]


@pytest.mark.parametrize(
    ("prefix", "key", "said"),
    [
        ("uploads/", "uploads/a", ""),
        ("", "a", ""),
        ("uploads/", "a", "No function processes it: only files under uploads/ are.\n"),
        (None, "uploads/a", "No function processes it: none is invoked for a file.\n"),
    ],
)
def test_a_file_that_no_function_processes_is_said(prefix, key, said):
    stack = deployed(prefix=prefix, s3_bucket_name="b")
    assert unprocessed(stack, key) == (said.strip() or None)


def test_a_trigger_of_another_bucket_processes_no_upload():
    stack = deployed(prefix="uploads/", s3_bucket_name="b")
    stack.outputs["s3_bucket_name"] = "other"
    assert (
        unprocessed(stack, "uploads/a") == "No function processes it: none is invoked for a file."
    )


def test_the_viewer_is_among_what_to_try():
    viewer = "http://127.0.0.1:4566/docs"
    assert viewer in [line for _, line in hints(deployed(), viewer=viewer)]


def test_a_hint_shows_the_token_that_the_api_asks_for():
    stack = deployed(*USERS, **URL, token_endpoint="http://x/oauth2/token")
    [create, read] = [line for _, line in hints(stack) if line.startswith("curl")]
    assert f'-H "Authorization: Bearer $({command()} token)"' in create
    assert f'-H "Authorization: Bearer $({command()} token)"' in read


def test_the_command_is_short_inside_the_project(monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "executable", str(Path.cwd() / ".venv/bin/python"))
    assert command() == ".venv/bin/app"


def test_the_command_is_its_name_if_it_is_on_the_path(monkeypatch, tmp_path):
    app = tmp_path / "app"
    app.touch(mode=0o755)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert command() == str(app)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert command() == "app"


@pytest.mark.parametrize(
    ("key", "stored"),
    [
        (None, "uploads/a.txt"),
        ("", "uploads/a.txt"),
        ("uploads", "uploads/a.txt"),
        ("uploads/", "uploads/a.txt"),
        ("uploads/2026/", "uploads/2026/a.txt"),
        ("uploads/b.txt", "uploads/b.txt"),
        ("b.txt", "b.txt"),
    ],
)
def test_a_key_that_is_a_folder_is_completed(key, stored):
    assert key_for(Path("folder/a.txt"), key) == stored


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("uploads/\n", "control characters"),
        ("uploads/../a", "no parts `.` or `..`"),
        ("uploads/" + "é" * 600, "has 1,208 bytes. S3 allows 1,024"),
        ("uploads/\udcff", "is not valid UTF-8"),
    ],
)
def test_a_key_that_s3_would_not_keep_is_refused(key, message):
    with pytest.raises(LocalError, match=message):
        key_for(Path("a.txt"), key)


def outcome(call):
    """Return what a call returns, or its refusal."""
    try:
        return call(), ""
    except (LocalError, typer.BadParameter) as refused:
        return None, getattr(refused, "message", str(refused))


@given(st.text(st.characters(exclude_characters="/"), min_size=1), st.none() | st.text())
def test_every_key_names_a_file_or_is_refused(name, key):
    stored, refusal = outcome(lambda: key_for(Path(name), key))
    if stored is None:
        assert "KEY" in refusal
        return
    assert stored
    assert not stored.endswith("/")
    assert len(stored.encode()) <= 1_024
    assert key_for(Path(name), stored) in (stored, f"{stored}/{name}")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary() | st.text().map(str.encode))
def test_every_event_is_json_or_is_refused(tmp_path, content):
    file = tmp_path / "event.json"
    file.write_bytes(content)
    text, refusal = outcome(lambda: read_event(str(file)))
    if text is None:
        assert str(file) in refusal
        return
    json.loads(text)


@given(st.text() | st.integers().map(str))
def test_every_port_is_in_its_bounds_or_is_refused(text):
    port, refusal = outcome(lambda: as_port(text))
    if port is None:
        assert repr(text) in refusal
        return
    assert 1 <= port <= 65_535
    assert int(text) == port


@pytest.mark.parametrize("port", ["0", "65536", "-1", "x", "", "1.5", "²", "٣"])
def test_a_wrong_port(run, port):
    code, out, error = run("up", "--port", port)
    assert (code, out) == (2, "")
    assert "is not a port. Use a number from 1 to 65535." in error


def test_a_folder_is_not_uploaded(run, running_with_bucket, tmp_path):
    code, _, error = run("upload", str(tmp_path))
    assert code == 2
    assert error == f"error: {tmp_path} is a folder. Upload its files one by one.\n"


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
