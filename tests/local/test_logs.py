import itertools

import pytest

from local.deployed import FunctionRef
from local.logs import LogReader

FUNCTIONS = {name: FunctionRef(name=name, log_group=f"/{name}") for name in ("a", "b")}


class FakeLogs:
    def __init__(self):
        self.events = {"/a": [], "/b": []}
        self.read = []

    def log(self, group, stream, timestamp, *messages):
        self.events[group] += [
            {"logStreamName": stream, "timestamp": timestamp, "message": m} for m in messages
        ]

    def get_paginator(self, operation):
        assert operation == "describe_log_groups"
        return self

    def paginate(self):
        return [
            {
                "logGroups": [
                    {
                        "logGroupName": name,
                        "creationTime": 1,
                        "storedBytes": sum(len(e["message"]) for e in events),
                    }
                ]
            }
            for name, events in self.events.items()
        ]

    def filter_log_events(self, logGroupName, startTime):  # noqa: N803
        self.read.append(logGroupName)
        return {"events": [e for e in self.events[logGroupName] if e["timestamp"] >= startTime]}


class FakeAws:
    def __init__(self):
        self.logs = FakeLogs()

    def client(self, service):
        assert service == "logs"
        return self.logs


def read(reader):
    return [(i.function, *i.lines) for i in reader.poll()]


def test_each_invocation_is_read_once_in_order():
    aws = FakeAws()
    reader = LogReader(aws, FUNCTIONS)
    aws.logs.log("/b", "s1", 20, "b1\n", "b2")
    aws.logs.log("/a", "s2", 10, "a1")
    assert read(reader) == [("a", "a1"), ("b", "b1", "b2")]
    assert read(reader) == []
    # Another one that ended in the same millisecond, and one that ended earlier but shows later.
    aws.logs.log("/b", "s3", 20, "b1")
    aws.logs.log("/b", "s4", 5, "late")
    assert read(reader) == [("b", "late"), ("b", "b1")]


def test_only_groups_that_have_grown_are_read():
    aws = FakeAws()
    reader = LogReader(aws, FUNCTIONS)
    aws.logs.log("/b", "s1", 20, "b1")
    read(reader)
    aws.logs.read.clear()
    assert read(reader) == []
    assert aws.logs.read == []
    aws.logs.log("/a", "s2", 30, "a1")
    assert read(reader) == [("a", "a1")]
    assert aws.logs.read == ["/a"]


def test_what_was_seen_long_ago_is_forgotten_but_not_repeated():
    aws = FakeAws()
    reader = LogReader(aws, FUNCTIONS)
    for hour in range(3):
        aws.logs.log("/a", f"s{hour}", hour * 3_600_000, "x")
        assert read(reader) == [("a", "x")]
    assert read(reader) == []
    aws.logs.log("/a", "s0", 3 * 3_600_000, "a name that comes again")
    assert read(reader) == [("a", "a name that comes again")]


def test_following_ends_with_the_cloud(monkeypatch):
    monkeypatch.setattr("local.logs.time.sleep", lambda seconds: None)
    aws = FakeAws()
    aws.logs.log("/a", "s", 1, "x")
    alive = iter([True, True, False])
    assert len(list(LogReader(aws, FUNCTIONS).follow(lambda: next(alive)))) == 1


@pytest.mark.parametrize(
    ("reading", "pause"), [(0.001, 0.5), (0.02, 1.0), (30, 5)], ids=["idle", "busy", "stuck"]
)
def test_reading_leaves_the_emulator_most_of_the_time(monkeypatch, reading, pause):
    clock = itertools.count(0, reading)
    pauses = []
    monkeypatch.setattr("local.logs.time.monotonic", lambda: next(clock))
    monkeypatch.setattr("local.logs.time.sleep", pauses.append)
    alive = iter([True, False])
    assert list(LogReader(FakeAws(), FUNCTIONS).follow(lambda: next(alive))) == []
    assert pauses == [pytest.approx(pause)]
