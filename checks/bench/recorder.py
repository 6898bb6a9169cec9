"""Measures what the recorder of the local cloud costs a request.

One emulator answers the same requests with the recorder on and off, in turn. Other work on the
machine lengthens requests, and hardly changes their processor time: so that time is compared, over
a request's p50. Each block of requests is compared with the one beside it.
"""

import http.client
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit

from checks.bench.local_api import ask
from checks.bench.local_systems import copy_project, request
from checks.bench.scoreboard import Row
from local import cloud as local_cloud
from local import emulator_command

GOAL = 1.02
ON, OFF = "on", "off"
_SERVER = Path(__file__).with_name("recorder_server.py")
_SWITCH = "/_bench/recorder/"
REQUESTS = 100
"""In one block."""


@dataclass(frozen=True)
class Block:
    """Of one request: median seconds, and seconds of the processor.

    ``writing`` is what the recorder's own thread took of them, for which no request waits.
    """

    p50: float
    processor: float
    writing: float


def measure(rounds: int) -> list[Row]:
    """Send blocks of requests with the recorder on and off, in turn."""
    blocks: dict[str, list[Block]] = {ON: [], OFF: []}
    with _running() as url:
        _block(url, ON)  # starts the workers
        for number in range(1, rounds + 1):
            for mode in (ON, OFF) if number % 2 else (OFF, ON):
                blocks[mode].append(_block(url, mode))
            sys.stderr.write(f"\rrecorder: round {number} of {rounds}")
    sys.stderr.write("\n")
    return rows(blocks)


def rows(blocks: Mapping[str, Sequence[Block]]) -> list[Row]:
    """Return the medians over the pairs of blocks."""
    pairs = list(zip(blocks[ON], blocks[OFF], strict=True))
    usual = statistics.median(off.p50 for _, off in pairs)
    added = statistics.median(on.processor - off.processor for on, off in pairs)
    writing = statistics.median(on.writing for on, _ in pairs)
    group = "what the recorder costs a request"
    how = "one emulator with the recorder on and off in turn, medians of pairs"
    return [
        Row(group=group, name="processor time in requests", how=how, rounds=len(pairs), goal=GOAL,
            value=1 + (added - writing) / usual),
        Row(group=group, name="processor time in all", how=how, rounds=len(pairs), goal=None,
            unit="µs", value=1e6 * added),
        Row(group=group, name="of it, after the answer", how=how, rounds=len(pairs), goal=None,
            unit="µs", value=1e6 * writing),
        Row(group=group, name="p50", how=how, rounds=len(pairs), goal=None,
            value=statistics.median(on.p50 / off.p50 for on, off in pairs)),
    ]  # fmt: skip


def _block(url: str, mode: str) -> Block:
    processor, writing = _switch(url, mode)
    taken = ask(url, 1, REQUESTS, request())
    after = _switch(url, mode)
    return Block(
        statistics.median(taken),
        (after[0] - processor) / REQUESTS,
        (after[1] - writing) / REQUESTS,
    )


def _switch(url: str, mode: str) -> tuple[float, float]:
    """Turn the recorder on or off; return the processor times so far."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=60)
    connection.request("GET", f"{_SWITCH}{mode}")
    processor, writing = json.load(connection.getresponse())
    connection.close()
    return processor, writing


@contextmanager
def _running() -> Iterator[str]:
    """Run this project with a trivial handler; yield the URL of the request."""
    server = mock.patch.object(emulator_command, "SERVER", _SERVER)
    with tempfile.TemporaryDirectory(prefix="bench-recorder-") as folder, server:
        root = Path(folder)
        copy_project(root)
        with local_cloud.start(root=root) as cloud:
            yield f"{cloud.outputs['api_gateway_url']}{request().path}"
