"""Searches the logs of a stack for the records of one trace."""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from handlers.runtime import trace as traces
from ops.events.lines import json_object

_AT_ONCE = 4  # an account may ask CloudWatch a few times a second
_REPORT = re.compile(r"REPORT RequestId: (\S+)\tDuration: ([0-9.]+) ms")


@dataclass(frozen=True, kw_only=True)
class Groups:
    """The log groups of a stack: of its functions by their names, and of the API's requests."""

    functions: Mapping[str, str]
    api: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A record of a function: when it was logged (seconds), in which stream, and what it says."""

    function: str
    stream: str
    time: float
    record: Mapping[str, Any]

    @property
    def run(self) -> str | None:
        """Lambda's request id of the invocation."""
        platform = self.record.get("record")  # of Lambda's own records
        where = platform if isinstance(platform, dict) else self.record
        found = where.get("requestId")
        return found if isinstance(found, str) else None


@dataclass(frozen=True, kw_only=True)
class Found:
    """What the logs hold of one trace: the API's request, if there was one, and the invocations."""

    request: Mapping[str, Any] | None
    request_time: float
    entries: tuple[Entry, ...]


def search(logs: Any, groups: Groups, *, trace: str, since: float) -> Found:
    """Return all records of the invocations that handled a trace (``logs:FilterLogEvents``).

    The records of a trace name their invocations. Errors and timeouts, which the platform logs
    without the trace, are found by these.

    Args:
        logs: botocore's client of CloudWatch Logs.
        groups: where to search.
        trace: the id; it has the form of one.
        since: epoch seconds.
    """

    def entries(function: str, text: str) -> list[Entry]:
        return [
            Entry(function=function, stream=stream, time=time, record=record)
            for stream, time, record in _find(logs, groups.functions[function], text, since)
        ]

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        asked = pool.submit(lambda: list(_find(logs, groups.api, trace, since)))
        first = pool.map(lambda function: entries(function, trace), groups.functions)
        runs = {
            (each.function, each.run): None
            for found in first
            for each in found
            if each.run and trace in (each.run, each.record.get(traces.NAME))
        }
        more = pool.map(lambda run: entries(run[0], str(run[1])), runs)
        kept = [each for found in more for each in found]
        request = next(
            ((t, r) for _, t, r in asked.result() if r.get("requestId") == trace), (0.0, None)
        )
    return Found(
        request=request[1],
        request_time=request[0],
        entries=tuple(_of_runs(kept, runs, trace)),
    )


def _of_runs(
    entries: Iterable[Entry], runs: Mapping[tuple[str, str], None], trace: str
) -> Iterator[Entry]:
    """Yield the entries of invocations, without those about other traces of the same batch."""
    for each in sorted(entries, key=lambda entry: entry.time):
        about = each.record.get(traces.NAME, trace)
        if (each.function, str(each.run)) in runs and (about in (trace, each.run)):
            yield each


def _find(
    logs: Any, group: str, text: str, since: float
) -> Iterator[tuple[str, float, dict[str, Any]]]:
    """Yield stream, time and record of each JSON record of a log group that contains a text."""
    pages = logs.get_paginator("filter_log_events").paginate(
        logGroupName=group, filterPattern=f'"{text}"', startTime=int(since * 1000)
    )
    for page in pages:
        for event in page["events"]:
            record = _record(event["message"])
            if record is not None:
                yield event["logStreamName"], event["timestamp"] / 1000, record


def _record(line: str) -> dict[str, Any] | None:
    """Return a line as JSON; None if it is something else.

    The emulator's report of an invocation, a line of text, becomes as Lambda writes it in JSON.
    """
    if report := _REPORT.match(line):
        metrics = {"durationMs": float(report[2])}
        return {"type": "platform.report", "record": {"requestId": report[1], "metrics": metrics}}
    return json_object(line)
