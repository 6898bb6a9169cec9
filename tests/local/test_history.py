"""The file of the history: what is kept, for how long, and who may read it."""

import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.history.store import History
from ops.events.model import Cause, Invocation
from tests.support.history import samples

NOW = 1_795_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "history.sqlite3"


def ids(causes: list[Cause]) -> list[str]:
    return [cause.id for cause in causes]


def test_what_was_written_is_read_the_newest_first(path: Path) -> None:
    causes = samples(NOW)
    History(path).write(causes)
    assert History(path).causes() == causes[::-1]  # as another process sees it
    assert History(path).cause("m2") == causes[0]
    assert History(path).cause("none") is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"limit": 2}, ["run-10", "req-1"]),
        ({"limit": 2, "before": "req-1"}, ["req-3", "run-9"]),
        ({"function": "send-email"}, ["req-1", "m2"]),
        ({"function": "send"}, []),
        ({"function": "%"}, []),
        ({"outcome": "rejected"}, ["req-3", "up-1"]),
        ({"text": "ADA@example.com"}, ["req-1"]),
        ({"text": "is EMPTY"}, ["req-3"]),
        ({"text": "run-52"}, ["m2"]),
        ({"text": "100%_"}, []),
        ({"text": "\udcff"}, []),
        ({"since": NOW - 15}, ["run-10", "req-1", "req-3"]),
        ({"since": NOW - 45, "function": "process-upload", "outcome": "ok"}, []),
    ],
)
def test_causes_are_found_by(path: Path, asked: dict[str, Any], found: list[str]) -> None:
    history = History(path)
    history.write(samples(NOW))
    assert ids(history.causes(**asked)) == found


def test_quotes_and_other_letters_are_found_as_they_are(path: Path) -> None:
    history = History(path)
    history.write([Cause("a", "request", 'GET /"x"\\é', NOW)])
    for text in ('"x"', "\\é", 'GET /"x"\\é'):
        assert ids(history.causes(text=text)) == ["a"]


def test_a_follower_gets_each_change_once(path: Path) -> None:
    writer, reader = History(path), History(path)
    first, second = samples(NOW)[:2]
    writer.write([first])
    after = reader.sequence()
    assert reader.changes(after) == (after, [], False)
    writer.write([second], [msgspec.structs.replace(first, title="changed")])
    changes = reader.changes(after)
    assert [(c.id, c.title) for c in changes.causes] == [
        (second.id, second.title),
        (first.id, "changed"),
    ]
    assert reader.changes(changes.sequence).causes == []


def test_a_follower_reads_page_after_page(path: Path) -> None:
    history = History(path)
    history.write(samples(NOW))
    sequence, seen = 0, []
    while (changes := history.changes(sequence, limit=2)).causes:
        sequence, seen = changes.sequence, seen + ids(changes.causes)
    assert seen == ids(samples(NOW))


def test_what_was_cleared_is_gone_from_the_disk_and_stays_gone(path: Path) -> None:
    history = History(path)
    history.write(samples(NOW))
    after = history.sequence()
    history.clear()
    history.write([], samples(NOW))  # one of them ran on
    assert history.causes() == []
    changes = history.changes(after)
    assert changes.cleared
    assert not history.changes(changes.sequence).cleared
    history.close()
    for file in path.parent.iterdir():
        assert b"ada@example.com" not in file.read_bytes()


def test_another_process_may_come_and_go_while_two_threads_have_it_open(path: Path) -> None:
    """The last to close the file removes the log beside it: nobody may seem to be the last."""
    recorder, (first, *more) = History(path), samples(NOW)
    recorder.write([first])
    console = History(path)
    look = "import sys, pathlib; from local.history.store import History as H; h = H(pathlib.Path("
    command = [sys.executable, "-c", f"{look}sys.argv[1])); print(len(h.causes())); h.close()"]
    seen = []
    for cause in more[:3]:
        recorder.write([cause])
        ended = subprocess.run([*command, str(path)], capture_output=True, text=True, check=True)
        seen.append(int(ended.stdout))
    assert seen == [2, 3, 4]
    assert len(console.causes()) == 4


def test_only_the_newest_are_kept(path: Path) -> None:
    history = History(path, most_causes=3)
    for number in range(10):
        history.write([Cause(str(number), "invoke", "x", NOW + number)])
    assert ids(history.causes()) == ["9", "8", "7"]
    history.write([], [Cause("2", "invoke", "x", NOW)])
    assert ids(history.causes()) == ["9", "8", "7"]


def test_so_many_bytes_are_kept(path: Path) -> None:
    history = History(path, most_bytes=5_000)
    for number in range(10):
        history.write([Cause(str(number), "invoke", "x" * 1_000, NOW + number)])
    assert ids(history.causes()) == ["9", "8", "7", "6"]


def test_what_ran_when_the_cloud_was_stopped_has_failed(path: Path) -> None:
    History(path).write(samples(NOW))
    again = History(path)
    again.end_unfinished()
    (cause, *others) = again.causes()
    assert cause.outcome == "failed"
    assert cause.invocations[0].failure is not None
    assert cause.invocations[0].failure.type == "Interrupted"
    assert others == samples(NOW)[-2::-1]


def test_nobody_else_may_read_it(path: Path) -> None:
    history = History(path)
    history.write(samples(NOW))
    files = list(path.parent.iterdir())
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


@pytest.mark.parametrize("content", ["version", "text"])
def test_another_file_is_set_aside(path: Path, content: str) -> None:
    if content == "version":
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version = 77")
        other.close()
    else:
        path.write_text("no database\n" * 100)
    before = path.read_bytes()
    history = History(path)
    history.write(samples(NOW))
    assert len(History(path).causes()) == len(samples(NOW))
    assert path.with_name("history.sqlite3.old").read_bytes() == before


_causes = st.builds(
    Cause,
    id=st.sampled_from("abcdef"),
    kind=st.just("invoke"),
    title=st.text(max_size=9),
    time=st.integers(0, 3).map(float),
    invocations=st.lists(
        st.builds(Invocation, st.just("r"), st.sampled_from(["f", "g"]), st.just(0.0)),
        max_size=2,
    ),
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.booleans(), _causes), max_size=15))
def test_it_is_the_last_word_on_each_cause(
    tmp_path_factory: pytest.TempPathFactory, writes: list[tuple[bool, Cause]]
) -> None:
    """Compare with a dictionary, whatever is written in whatever order."""
    history = History(tmp_path_factory.mktemp("history") / "h", most_causes=4)
    expected: dict[str, Cause] = {}
    sequence, followed = 0, {}
    for new, cause in writes:
        history.write(*(([cause],) if new else ([], [cause])))
        if new or cause.id in expected:
            expected[cause.id] = cause
        while len(expected) > 4:
            del expected[min(expected.values(), key=lambda c: (c.time, c.id)).id]
        changes = history.changes(sequence)
        sequence = changes.sequence
        followed |= {c.id: c for c in changes.causes}
    order = sorted(expected.values(), key=lambda c: (c.time, c.id), reverse=True)
    assert history.causes() == order
    assert {id_: followed[id_] for id_ in expected} == expected
    for name in "fg":
        ran = [c for c in order if name in {i.function for i in c.invocations}]
        assert history.causes(function=name) == ran
    pages, before = [], None
    while page := history.causes(limit=1, before=before):
        pages, before = pages + page, page[-1].id
    assert pages == order
    history.close()
