"""Contenders that run in turn, and connections whose bytes are counted."""

import socket
import sys
import threading
from pathlib import Path

import pytest

from checks.bench import BenchError, race
from checks.bench.race import Contender, Timings
from checks.bench.relay import TOKEN, Relay

LAPS = """
import os

def _burn(rounds):
    return sum(number * number for number in range(rounds))

def short(content):
    _burn(100_000)
    return [content, b"second"]

def long(content):
    _burn(1_000_000)
    return [content]

def forking(content):
    child = os.fork()
    if not child:
        _burn(1_000_000)
        os._exit(0)
    os.waitpid(child, 0)
    return [content]

def failing(content):
    raise SystemExit(1)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with contenders that this environment's Python runs."""
    monkeypatch.setattr(race, "WORKER_PYTHON", sys.executable)
    (tmp_path / "laps.py").write_text(LAPS)
    (tmp_path / "files").mkdir()
    return tmp_path


def test_content_is_counted_in_both_directions_wherever_it_is_split() -> None:
    sent = b"start" + TOKEN * 500 + TOKEN[:-1]
    with socket.create_server(("127.0.0.1", 0)) as server, Relay(server.getsockname()[1]) as relay:

        def echo() -> None:
            connection, _ = server.accept()
            with connection:
                while data := connection.recv(999):
                    connection.sendall(data)

        thread = threading.Thread(target=echo)
        thread.start()
        with socket.create_connection(relay.server_address) as caller:  # type: ignore[arg-type]
            for at in range(0, len(sent), 777):
                caller.sendall(sent[at : at + 777])
            received = b""
            while len(received) < len(sent):
                received += caller.recv(65_536)
        thread.join()
    assert received == sent
    assert relay.passed == 2 * len(sent)
    assert relay.content == 2 * 500 * len(TOKEN)


def race_of(folder: Path, *functions: str, rounds: int = 3) -> list[Timings]:
    file = folder / "files" / "file.bin"
    file.write_bytes(b"content")
    contenders = [Contender(name, f"laps.{name}") for name in functions]
    return list(race.race(contenders, file, rounds).values())


def test_laps_are_the_processor_s_time_of_a_function_and_its_children(folder: Path) -> None:
    short, long, forking = race_of(folder, "short", "long", "forking")
    assert short.results == [b"content", b"second"]
    assert [len(timings.seconds) for timings in (short, long, forking)] == [3, 3, 3]
    assert min(long.seconds) > 2 * min(short.seconds)
    assert min(forking.seconds) > 2 * min(short.seconds)


def test_a_contender_that_fails_ends_the_race(folder: Path) -> None:
    with pytest.raises(BenchError, match="ended"):
        race_of(folder, "short", "failing")
