"""Measures requests through the local API, compared with a bare function in the emulator.

Both systems of ``local_systems.py`` run the same trivial handler with the same Python, and get the
same requests in turn, by one caller and by many. Percentiles are of each round's requests.
"""

import contextlib
import http.client
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from checks.bench import BenchError, local_systems
from checks.bench.scoreboard import Row, ratio

GOAL = 1.3
PERCENTILES = (50, 99)
REQUESTS = {1: 100, 16: 320}
"""In one round, by how many callers."""

OURS, BARE = "ours", "bare"
_SECONDS = 60

Latencies = Mapping[tuple[str, int], Sequence[Sequence[float]]]
"""Seconds of each request of each round, by system and number of callers."""


def measure(rounds: int) -> list[Row]:
    """Send requests to both systems in turn, by one caller and by many."""
    request = local_systems.request()
    with local_systems.ours() as our_url, local_systems.bare() as bare_url:
        urls = {OURS: our_url, BARE: bare_url}
        latencies: dict[tuple[str, int], list[list[float]]] = {
            (name, callers): [] for name in urls for callers in REQUESTS
        }
        for number in range(rounds + 1):
            for callers, requests in REQUESTS.items():
                for name, url in urls.items():
                    taken = ask(url, callers, requests, request)
                    if number:  # the first round starts the workers
                        latencies[name, callers].append(taken)
            sys.stderr.write(f"\rrequests: round {number} of {rounds}")
        sys.stderr.write("\n")
    return rows(latencies)


def rows(latencies: Latencies) -> list[Row]:
    """Compare each round's percentiles, by their medians over the rounds."""
    return [
        ratio(
            [percentile(taken, which) for taken in latencies[OURS, callers]],
            [percentile(taken, which) for taken in latencies[BARE, callers]],
            group="requests through the local API",
            name=f"{callers} caller{'s' if callers > 1 else ''}, p{which}",
            goal=GOAL,
            how="a trivial handler in our local system, over the same in the bare emulator",
        )
        for callers in sorted({callers for _, callers in latencies})
        for which in PERCENTILES
    ]


def percentile(values: Sequence[float], which: int) -> float:
    """Return a percentile."""
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]


def ask(url: str, callers: int, requests: int, request: local_systems.Request) -> list[float]:
    """Send requests by several callers at once, each on its own connection.

    Returns:
        Seconds of each request.

    Raises:
        BenchError: an answer is not the handler's.
    """
    with ThreadPoolExecutor(callers) as pool:
        taken = pool.map(lambda _: _call(url, requests // callers, request), range(callers))
        return [seconds for of_one in taken for seconds in of_one]


def _call(url: str, requests: int, request: local_systems.Request) -> list[float]:
    parts = urlsplit(url)
    headers = {} if request.body is None else {"Content-Type": "application/json"}
    taken = []
    with contextlib.closing(http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)) as caller:
        for _ in range(requests):
            begun = time.perf_counter()
            caller.request(request.method, parts.path, request.body, headers)
            response = caller.getresponse()
            body = response.read()
            taken.append(time.perf_counter() - begun)
            if response.status != 200:
                raise BenchError(f"{url} answered {response.status}: {body.decode()}")
    return taken
