"""Requests through the local API: what our local system adds to the emulator's own bare function.

The floor is the emulator as its own command starts it, asking for no credentials, with a function
behind a REST API of one route. Ours is ``python -m local up``, as a user leaves it in a terminal:
the whole program deployed, IAM enforced, throttles, access log and alias as configured, the worker
with Lambda's logging around the handler, and the logs followed. Both run the same trivial handler
(ours in the place of ``get-user``'s) by the same Python, and get the same request, in turn. It logs
a line, as every function here does: for one that logs nothing the emulator waits 50 ms, which would
hide what is to be seen.
"""

import contextlib
import http.client
import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import yaml

from bench import BenchError
from bench.places import ROOT
from bench.scoreboard import Row, ratio
from local.aws import Aws
from local.emulator import free_port
from local.emulator_command import environment
from local.errors import NotRunning
from local.state import StateDirectory

GOAL = 1.3
REQUESTS = {1: 100, 16: 320}
"""In one round, by how many callers."""

PERCENTILES = (50, 99)
_PATH = "/users/user_0"
_HANDLER = """\
import logging


def handler(event, context):
    logging.warning("served")
    return {"statusCode": 200, "headers": {}, "body": "{}"}
"""
_REGION = "us-east-1"
_SECONDS = 60

Latencies = dict[tuple[str, int], list[list[float]]]


@dataclass(frozen=True)
class Side:
    """One of the two that are compared; ``url`` of the route."""

    name: str
    url: str


OURS, FLOOR = "ours", "floor"


def measure(rounds: int) -> list[Row]:
    """Ask both in turn, by one caller and by many."""
    with tempfile.TemporaryDirectory(prefix="bench-api-") as folder:
        with ours(Path(folder, "ours")) as our_url, floor(Path(folder, "floor")) as floor_url:
            urls = {OURS: our_url, FLOOR: floor_url}
            latencies: Latencies = {(name, n): [] for name in urls for n in REQUESTS}
            for number in range(rounds + 1):
                for callers, requests in REQUESTS.items():
                    for name, url in urls.items():
                        taken = ask(url, callers, requests)
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
            [percentile(taken, which) for taken in latencies[FLOOR, callers]],
            group="requests through the local API",
            name=f"{callers} caller{'s' if callers > 1 else ''}, p{which}",
            goal=GOAL,
            how="a trivial handler in our local system, over the same in the bare emulator",
        )
        for callers in REQUESTS
        for which in PERCENTILES
    ]


def percentile(values: Sequence[float], which: int) -> float:
    """Give the value that so many in a hundred do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[which - 1]


def ask(url: str, callers: int, requests: int) -> list[float]:
    """Send requests by so many callers at once, each on a connection of its own.

    Returns:
        Seconds, of each request.

    Raises:
        BenchError: an answer is not the handler's.
    """
    with ThreadPoolExecutor(callers) as pool:
        taken = pool.map(lambda _: _caller(url, requests // callers), range(callers))
        return [seconds for each in taken for seconds in each]


def _caller(url: str, requests: int) -> list[float]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=_SECONDS)
    taken = []
    with contextlib.closing(connection):
        for _ in range(requests):
            begun = time.perf_counter()
            connection.request("GET", parts.path)
            response = connection.getresponse()
            body = response.read()
            taken.append(time.perf_counter() - begun)
            if response.status != 200:
                raise BenchError(f"{url} answered {response.status}: {body.decode()}")
    return taken


@contextlib.contextmanager
def ours(root: Path) -> Iterator[str]:
    """Bring this project up, with the trivial handler in the place of ``get-user``'s."""
    for part in ("handlers", "infra"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__main__.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, root)
    (root / "handlers" / "get_user" / "handler.py").write_text(_HANDLER)
    stack = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())
    # Otherwise most of the answers would be 429.
    stack["config"]["serverless-app:api"] = {"throttle": {"rateLimit": 10_000, "burstLimit": 5_000}}
    (root / "Pulumi.local.yaml").write_text(yaml.safe_dump(stack))
    up = f"from local.__main__ import main; from pathlib import Path; main(['up', '--no-docker', '--port', '{free_port()}'], root=Path({str(root)!r}))"
    log = root / "up.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-c", up], cwd=ROOT, stdout=output, stderr=subprocess.STDOUT
        )
    directory = StateDirectory(root)

    def url() -> str | None:
        try:
            return str(directory.load().deployed.outputs["api_gateway_url"]) + _PATH
        except NotRunning:
            return None

    try:
        yield _wait(url, process, log)
    finally:
        process.terminate()
        process.wait()


@contextlib.contextmanager
def floor(folder: Path) -> Iterator[str]:
    """Start the emulator alone, and give it the function behind an API of one route."""
    folder.mkdir()
    port = free_port()
    log = folder / "log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "ministack"],
            cwd=folder,
            env=environment(port=port, directory=folder, region=_REGION) | {"AUTH": "false"},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        endpoint = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(port), process, log)
        yield f"{endpoint}/_aws/execute-api/{_bare_api(Aws(endpoint, _REGION))}/bare{_PATH}"
    finally:
        process.terminate()
        process.wait()


def _bare_api(aws: Aws) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("trivial.py", _HANDLER)
    function = aws.client("lambda").create_function(
        FunctionName="bare",
        Runtime="python3.13",
        Role="arn:aws:iam::000000000000:role/bare",
        Handler="trivial.handler",
        Code={"ZipFile": package.getvalue()},
        Timeout=20,
        MemorySize=512,
    )["FunctionArn"]
    gateway = aws.client("apigateway")
    made = gateway.create_rest_api(name="bare")
    api, parent = made["id"], made["rootResourceId"]
    for part in ("users", "{id}"):
        parent = gateway.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    method = {"restApiId": api, "resourceId": parent, "httpMethod": "GET"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{_REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName="bare")
    aws.close()
    return str(api)


def _answers(port: int) -> str | None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/_ministack/health")
        return str(connection.getresponse().status)
    return None


def _wait(ready: Callable[[], str | None], process: "subprocess.Popen[bytes]", log: Path) -> str:
    """Wait until there is an answer, and give it.

    Raises:
        BenchError: the process has ended, or takes too long; with the end of its log.
    """
    deadline = time.monotonic() + _SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        answer = ready()
        if answer is not None:
            return answer
        time.sleep(0.1)
    raise BenchError(f"it did not start: {log.read_text(errors='replace')[-2000:]}")
