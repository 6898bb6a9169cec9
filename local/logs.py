"""Reads the functions' logs from the emulator, each invocation once."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from local.aws import Aws
from local.deployed import FunctionRef

_POLL_SECONDS = 0.5
# Reading takes at most a fiftieth of the time: the emulator answers one request at a time, and
# would keep others waiting while it returns the logs of busy functions.
_PAUSE = 50
_LONGEST_PAUSE_SECONDS = 5
# How much later than its timestamp a line may appear. Lines of that age are read again each time.
_OVERLAP_MS = 1_000


@dataclass(frozen=True)
class Invocation:
    """The log of one invocation: the platform's lines and the function's own."""

    function: str
    ended_ms: int
    lines: tuple[str, ...]


class LogReader:
    """Returns what was logged since the last call. The set of functions may change in between.

    The emulator has no event ids. It writes each invocation into its own log stream when the
    invocation ends (AWS: one stream for each execution environment). So a stream that was seen is
    complete.
    """

    def __init__(
        self, aws: Aws, functions: Mapping[str, FunctionRef], *, since_ms: int = 0
    ) -> None:
        self._logs = aws.client("logs")
        self._functions = functions
        self._since: dict[str, int] = defaultdict(lambda: since_ms)
        self._seen: dict[str, dict[str, int]] = defaultdict(dict)
        self._sizes: dict[str, tuple[int, int]] = {}

    def poll(self) -> list[Invocation]:
        """Return new invocations of all functions, the oldest first."""
        changed = self._changed()
        found = [
            invocation
            for name, ref in list(self._functions.items())
            if ref.log_group in changed
            for invocation in self._poll(name, ref.log_group)
        ]
        return sorted(found, key=lambda invocation: invocation.ended_ms)

    def follow(self, alive: Callable[[], bool]) -> Iterator[Invocation]:
        """Yield new invocations as they end, while ``alive`` returns True."""
        while alive():
            begun = time.monotonic()
            found = self.poll()
            pause = _PAUSE * (time.monotonic() - begun)
            yield from found
            time.sleep(min(max(pause, _POLL_SECONDS), _LONGEST_PAUSE_SECONDS))

    def _changed(self) -> set[str]:
        """Return the log groups that are new or have another size than at the last call.

        One request answers for all: to read each group took 0.1 s of the emulator's time, and the
        logs came seconds late. The emulator's sizes are exact (AWS's are hours old).
        """
        pages = self._logs.get_paginator("describe_log_groups").paginate()
        sizes = {
            group["logGroupName"]: (group["creationTime"], group["storedBytes"])
            for page in pages
            for group in page["logGroups"]
        }
        before, self._sizes = self._sizes, sizes
        return {name for name, size in sizes.items() if size != before.get(name)}

    def _poll(self, name: str, group: str) -> list[Invocation]:
        seen = self._seen[name]
        streams: dict[str, list[str]] = {}
        ends: dict[str, int] = {}
        try:
            answer = self._logs.filter_log_events(logGroupName=group, startTime=self._since[name])
        except self._logs.exceptions.ResourceNotFoundException:
            return []  # the function was just removed from the running cloud
        for event in answer["events"]:
            stream = event["logStreamName"]
            if stream not in seen:
                streams.setdefault(stream, []).append(event["message"].rstrip("\n"))
                ends[stream] = event["timestamp"]
        seen |= ends
        if ends:
            self._since[name] = max(self._since[name], max(ends.values()) - _OVERLAP_MS)
            for stream in [s for s, end in seen.items() if end < self._since[name]]:
                del seen[stream]
        return [Invocation(name, ends[s], tuple(lines)) for s, lines in streams.items()]
