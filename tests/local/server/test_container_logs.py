"""A container's log is read to the platform's last line."""

from typing import Any

import pytest

from local.server.container_logs import with_whole_log

REPORT = b"REPORT RequestId: 1\tDuration: 2 ms"


class Container:
    """A container whose log is longer each time that it is read."""

    def __init__(self, *logs: bytes) -> None:
        self.left = list(logs)
        self.since: list[float] = []

    def logs(self, *, stdout: bool, stderr: bool, since: float) -> bytes:
        assert stdout
        assert stderr
        self.since.append(since)
        return self.left.pop(0) if len(self.left) > 1 else self.left[0]


def invoked(container: Container, result: dict[str, Any]) -> dict[str, Any]:
    def invoke(given: object, event: object, *, seconds: int) -> dict[str, Any]:
        assert (given, event, seconds) == (container, {}, 3)
        return dict(result)

    return with_whole_log(invoke)(container, {}, seconds=3)


def test_what_came_late_is_read() -> None:
    container = Container(b"one\n", b"one\ntwo \xff\n" + REPORT + b"\n")
    result = invoked(container, {"log": "one", "log_source": "docker", "body": "x"})
    assert result["log"] == f"one\ntwo \ufffd\n{REPORT.decode()}"
    assert result["body"] == "x"
    assert len(container.since) == 2


@pytest.mark.parametrize(
    "result",
    [
        {"log": REPORT.decode(), "log_source": "docker"},
        {"log": "one", "log_source": "docker", "timeout": True},
        {"log": "one"},
    ],
    ids=["whole", "timed out", "no log of a container"],
)
def test_what_is_whole_or_ended_is_not_waited_for(result: dict[str, Any]) -> None:
    container = Container(b"another")
    assert invoked(container, result) == result
    assert container.since == []


def test_a_log_without_an_end_is_waited_for_a_moment_only() -> None:
    container = Container(b"one\n")
    result = invoked(container, {"log": "", "log_source": "docker"})
    assert result["log"] == "one"
    assert len(container.since) > 1
