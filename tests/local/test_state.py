import os
import stat
import threading
from datetime import UTC, datetime

import pytest

from local.commands import down
from local.credentials import Credentials
from local.deployed import Deployed, FunctionRef
from local.errors import LocalError, NotRunning
from local.state import State, StateDirectory

STATE = State(
    pid=1,
    port=4566,
    region="us-east-1",
    stack="local",
    credentials=Credentials("AKIAROOT", "secret"),
    started=datetime(2026, 11, 23, tzinfo=UTC),
    deployed=Deployed(
        outputs={"url": "http://x", "list": [1]},
        functions={"greet": FunctionRef(name="greet-1", log_group="/g", qualifier="live")},
    ),
)


@pytest.fixture
def directory(tmp_path):
    return StateDirectory(tmp_path)


@pytest.fixture
def lock(directory):
    """Play the running emulator, which holds the lock."""
    descriptor = directory.acquire()
    yield descriptor
    os.close(descriptor)


def test_what_is_saved_is_loaded(directory, lock):
    directory.save(STATE)
    assert directory.load() == STATE
    assert STATE.endpoint == "http://127.0.0.1:4566"


def test_only_the_user_may_read_it(directory, lock):
    directory.save(STATE)
    assert stat.S_IMODE((directory.path / "state.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700


def test_nothing_was_ever_started(directory):
    with pytest.raises(NotRunning, match="No local cloud is running"):
        directory.load()


def test_still_starting(directory, lock):
    with pytest.raises(NotRunning, match="still starting"):
        directory.load()


def test_a_second_one_is_refused(directory, lock):
    directory.save(STATE)
    with pytest.raises(LocalError, match=r"already running at http://127.0.0.1:4566.*app down"):
        directory.acquire()


def test_a_second_one_is_refused_while_the_first_starts(directory, lock):
    with pytest.raises(LocalError, match="still starting"):
        directory.acquire()


@pytest.fixture
def crashed(directory):
    os.close(directory.acquire())
    directory.emulator.mkdir()
    directory.save(STATE.model_copy(update={"pid": os.getpid()}))  # another process has it now


def test_who_only_asks_does_not_make_a_crash_look_like_a_stop(directory, crashed):
    with pytest.raises(NotRunning, match="ended without `down`"):
        directory.load()
    assert not directory.is_stopped_by_down()


def test_the_next_one_removes_what_a_crash_left(directory, crashed):
    os.close(directory.acquire())
    assert [file.name for file in directory.path.iterdir()] == ["lock"]


def test_down_removes_what_a_crash_left(directory, crashed, capsys):
    assert down(directory) == 0
    assert "left behind" in capsys.readouterr().err
    assert [file.name for file in directory.path.iterdir()] == ["lock"]
    assert down(directory) == 0
    assert "No local cloud is running" in capsys.readouterr().err


def test_state_of_another_version(directory, lock):
    (directory.path / "state.json").write_text('{"pid": 1}')
    with pytest.raises(LocalError, match="another version"):
        directory.load()


def test_what_was_kept_is_of_one_stack_and_port(directory):
    assert directory.load_kept(stack="local", port=None) is None
    directory.path.mkdir()
    directory.keep(STATE)
    assert stat.S_IMODE((directory.kept / "state.json").stat().st_mode) == 0o600
    assert directory.load_kept(stack="local", port=None) == STATE
    assert directory.load_kept(stack="local", port=4566) == STATE
    with pytest.raises(LocalError, match="are of --stack local, not dev"):
        directory.load_kept(stack="dev", port=None)
    with pytest.raises(LocalError, match="are of --port 4566, not 4567"):
        directory.load_kept(stack="local", port=4567)
    (directory.kept / "state.json").write_text("{}")
    with pytest.raises(LocalError, match="Remove the folder"):
        directory.load_kept(stack="local", port=None)


def test_one_at_a_time_applies(directory):
    directory.path.mkdir()
    order = []

    def second():
        with directory.applying():
            order.append("second")

    with directory.applying():
        thread = threading.Thread(target=second)
        thread.start()
        thread.join(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]
