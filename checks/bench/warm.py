"""Measures warm invocations: a handler's own time, compared with other code for the same work.

AWS answers at once (``warm_calls.py``), so the time of AWS clients is left out for all handlers.
If the clients ran between measurements, the same code would take 1.8 times as long, and a batch of
35 calls up to three times: the clients' code would evict the handler from the processor's caches.
"""

import json
import statistics
import sys
from collections.abc import Iterator, Mapping

from checks.bench import BenchError
from checks.bench.environments import choose
from checks.bench.functions import FUNCTIONS, Work, setting
from checks.bench.running_probe import Probe, Probes
from checks.bench.scoreboard import Row

FLOOR = "empty handler"

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "none",
    "AWS_SECRET_ACCESS_KEY": "none",
    "AWS_REGION": "eu-central-1",
    "AWS_DEFAULT_REGION": "eu-central-1",
    "AWS_LAMBDA_FUNCTION_NAME": "bench",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
    "AWS_LAMBDA_LOG_FORMAT": "JSON",  # as infra/function/image_function.py sets it
    "AWS_LAMBDA_LOG_LEVEL": "INFO",
    # As most requests: not sampled, so X-Ray's SDK sends nothing.
    "_X_AMZN_TRACE_ID": "Root=1-6922857f-0e1f2a3b4c5d6e7f80912a3b;Sampled=0",
    "USERS_TABLE": "users",
    "LEDGER_TABLE": "ledger",
    "CORS_ORIGINS": "https://app.example.com",
    "EMAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/emails",
    "UPLOADS_TABLE": "user-uploads",
    "BUCKET": "storage",
    "BUCKET_URL": "https://storage.s3.eu-central-1.amazonaws.com",
    "MAX_REQUEST_MB": "1024",
    "SENDER": "hello@example.com",
    "CONFIGURATION_SET": "emails",
}
"""What Lambda sets, and the settings of all functions."""


def works() -> dict[str, Work]:
    """Return the measured work of each function that has one."""
    found = {function: setting(function, "WORK") for function in FUNCTIONS}
    return {function: work for function, work in found.items() if work is not None}


def measure(rounds: int) -> list[Row]:
    """Measure all functions and baselines in turn."""
    measured = works()
    with choose([*measured]) as probes:
        times: dict[str, dict[str, list[float]]] = {function: {} for function in measured}
        for number in range(rounds + 1):
            for function, work in measured.items():
                for name, probe, handler in _subjects(function, work, probes):
                    seconds = once(work, name, probe, handler)
                    if number:  # the first round fills the disk's cache
                        times[function].setdefault(name, []).append(seconds)
            sys.stderr.write(f"\rwarm invocations: round {number} of {rounds}")
        sys.stderr.write("\n")
        return [
            row
            for function, work in measured.items()
            for row in _rows(function, work, times[function], probes.description)
        ]


def once(work: Work, name: str, probe: Probe, handler: str) -> float:
    """Measure one handler in its own process; return the seconds of one invocation.

    Raises:
        BenchError: the handler did not do its work, so its time means nothing.
    """
    result = probe.invoked(handler, work.count, work.event, ENVIRONMENT)
    answer, calls = result["answer"], result["calls"]
    if name != FLOOR and not (work.is_done(answer) and len(calls) >= work.calls):
        raise BenchError(f"{name}, {work.group}: {json.dumps(answer)} after {len(calls)} calls")
    return float(result["seconds"])


def _subjects(function: str, work: Work, probes: Probes) -> Iterator[tuple[str, Probe, str]]:
    """Yield the name, probe and handler of a function and of its baselines."""
    yield _label(function), probes.functions[function], f"handlers.{function}.handler.handler"
    for name, handler in {FLOOR: "baselines.empty.handler", **work.baselines}.items():
        yield name, probes.baselines, handler


def _label(function: str) -> str:
    return function.replace("_", "-")


def _rows(function: str, work: Work, times: Mapping[str, list[float]], where: str) -> Iterator[Row]:
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    ours = medians[_label(function)]
    for name, seconds in medians.items():
        is_ours = name == _label(function)
        yield Row(
            group=work.group,
            name=name,
            value=1e6 * seconds,
            unit="µs",
            goal=work.goal if is_ours else None,
            ours=is_ours,
            how=f"of the processor per warm invocation, AWS answering at once, {where}",
            rounds=len(times[name]),
            seconds=seconds,
            floor_seconds=medians[FLOOR],
            times_ours=None if is_ours or name == FLOOR else seconds / ours,
        )
