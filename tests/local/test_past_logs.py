"""The logs of a local cloud that has ended, as the live log showed them."""

import hashlib
import json
import time

import pytest

from cli import main
from local.history.store import History
from local.log_format import Formatter
from local.logs import Invocation
from local.past_logs import read
from local.state import StateDirectory
from ops.events.model import Cause, LogRecord
from ops.events.model import Invocation as Run

KEY = "uploads/a picture+.jpg"
STACK = (
    '  File "/tmp/project/handlers/process_upload/handler.py", line 8, in handler\n    raise x\n'
)
EVENT = {"Records": [{"s3": {"object": {"key": "uploads/a+picture%2B.jpg"}}}]}


@pytest.fixture
def root(tmp_path):
    """Return a project's folder with the history of an upload, and two functions."""
    for name in ("create_user", "get_user"):
        (tmp_path / "handlers" / name).mkdir(parents=True)
        (tmp_path / "handlers" / name / "handler.py").touch()
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    logs = [
        LogRecord(1, "INFO", "copied", {"outcome": "copied", "upload": digest}),
        LogRecord(1, "ERROR", "ValueError: bad", {"stack": STACK}),
    ]
    run = Run("run-1", "process-upload", time.time(), 5, event=EVENT, logs=logs)
    history = StateDirectory(tmp_path).history
    history.parent.mkdir()
    opened = History(history)
    opened.write([Cause("up-1", "upload", f"Upload of {KEY}", time.time(), invocations=[run])])
    opened.close()
    return tmp_path


@pytest.fixture
def logs(root, capsys):
    def logs(*arguments):
        code = main(["logs", *arguments], root=root)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return logs


def test_an_upload_is_named(root):
    (log,) = read(StateDirectory(root).history, None)
    assert json.loads(log.lines[0])["upload"] == KEY


def test_an_error_is_shown_as_the_live_log_does(logs):
    live = {
        "timestamp": "1970-01-01T00:00:01", "level": "ERROR", "errorType": "ValueError",
        "errorMessage": "bad", "stackTrace": [STACK],
    }  # fmt: skip
    shown = Formatter(["process-upload"], colour=False).format(
        Invocation("process-upload", 0, (json.dumps(live),))
    )
    assert "handlers/process_upload/handler.py:8 in handler" in shown
    assert shown in logs("process-upload")[1]


def test_a_function_that_logged_nothing_is_said(logs):
    code, out, error = logs("get-user")
    assert (code, out) == (0, "")
    assert error.startswith("get-user logged nothing. No local cloud is running.")


def test_a_misspelt_function_is_said_with_the_one_that_was_meant(logs):
    code, out, error = logs("create-use")
    assert (code, out) == (2, "")
    assert error.startswith(
        "error: There is no function 'create-use'. Did you mean 'create-user'? "
        "Functions: create-user, get-user, process-upload."
    )


def test_without_a_history_no_local_cloud_is_running(tmp_path, capsys):
    assert main(["logs", "get-user"], root=tmp_path) == 1
    assert "No local cloud is running" in capsys.readouterr().err
