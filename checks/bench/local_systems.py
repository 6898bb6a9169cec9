"""Starts the two systems that requests are sent to: ours, and the emulator alone.

Ours is ``app up`` as in a user's terminal: the whole program deployed, IAM enforced, throttle,
access log and alias as configured, Lambda's logging around the handler, and the logs followed. The
other is the emulator as its own command starts it, without credentials, with a function behind a
REST API of one route. Both run the same handler.

The handler logs a line, as every function here does. If a handler logs nothing, the emulator waits
50 ms, which would hide the difference.
"""

import contextlib
import http.client
import io
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from blueprint.project import project_name
from checks.bench import ROOT, BenchError
from checks.bench.functions import FUNCTIONS, sample_event
from local.aws import Aws
from local.credentials import Credentials
from local.emulator import free_port
from local.emulator_command import HOST, environment
from local.errors import NotRunning
from local.state import StateDirectory

_HANDLER = """\
import logging


def handler(event, context):
    logging.warning("served")
    return {"statusCode": 200, "headers": {}, "body": "{}"}
"""
_REGION = "us-east-1"
_SECONDS = 60
_UP = """\
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cli import main

main(["up", "--no-docker", "--port", sys.argv[2]], root=Path(sys.argv[1]))
"""


@dataclass(frozen=True, kw_only=True)
class Request:
    """A request that is sent to both systems.

    Attributes:
        function: the folder of the function that it calls.
        method: HTTP method.
        resource: path with its parameters, such as ``/users/{id}``.
        path: path.
        body: text or None.
    """

    function: str
    method: str
    resource: str
    path: str
    body: str | None


@cache
def request() -> Request:
    """Return the sample request of a function that has a route: the first one, GET before others.

    Raises:
        BenchError: no function has a route.
    """
    events = {
        f: sample_event(f) for f in FUNCTIONS if (ROOT / f"handlers/{f}/operation.py").is_file()
    }
    if not events:
        raise BenchError("requests through the API cannot be measured: no function has a route")
    function = min(events, key=lambda name: (events[name]["httpMethod"] != "GET", name))
    event = events[function]
    return Request(
        function=function,
        method=event["httpMethod"],
        resource=event["resource"],
        path=event["path"],
        body=event["body"],
    )


@contextlib.contextmanager
def ours() -> Iterator[str]:
    """Run this project, with the handler in place of the called function's; yield its URL."""
    with tempfile.TemporaryDirectory(prefix="bench-ours-") as folder:
        root = Path(folder)
        copy_project(root)
        command = [sys.executable, "-c", _UP, folder, str(free_port())]
        directory = StateDirectory(root)

        def url() -> str | None:
            try:
                return f"{directory.load().deployed.outputs['api_gateway_url']}{request().path}"
            except NotRunning:
                return None

        with _running(command, root / "up.log", url) as address:
            yield address


@contextlib.contextmanager
def bare() -> Iterator[str]:
    """Start the emulator alone with one function behind an API; yield its URL."""
    with tempfile.TemporaryDirectory(prefix="bench-bare-") as folder:
        port = free_port()
        variables = environment(port=port, directory=Path(folder), region=_REGION)
        with _running(
            [sys.executable, "-m", "ministack"],
            Path(folder, "log"),
            lambda: _endpoint(port),
            {**variables, "AUTH": "false"},
        ) as endpoint:
            yield f"{endpoint}/_aws/execute-api/{_make_api(endpoint)}/bare{request().path}"


def copy_project(root: Path) -> None:
    """Copy this project, with a trivial handler in place of that of the called function."""
    for part in ("features", "handlers", "images", "infra"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__main__.py", "config.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, root)
    (root / "handlers" / request().function / "handler.py").write_text(_HANDLER)
    stack = yaml.safe_load((ROOT / "Pulumi.local.yaml").read_text())
    # Otherwise most of the answers would be 429.
    throttle = {"rateLimit": 10_000, "burstLimit": 5_000}
    stack["config"][f"{project_name()}:api"] = {"throttle": throttle}
    (root / "Pulumi.local.yaml").write_text(yaml.safe_dump(stack))


@contextlib.contextmanager
def _running(
    command: list[str],
    log: Path,
    ready: Callable[[], str | None],
    variables: dict[str, str] | None = None,
) -> Iterator[str]:
    """Run a command in the block, after ``ready`` has returned its address.

    Raises:
        BenchError: the command ended or took too long; the message has the end of its log.
    """
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=variables, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        deadline = time.monotonic() + _SECONDS
        while (address := ready()) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                raise BenchError(f"not started: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait()


def _endpoint(port: int) -> str | None:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with contextlib.closing(connection), contextlib.suppress(OSError):
        connection.request("GET", "/_ministack/health")
        connection.getresponse().read()
        return f"http://{HOST}:{port}"
    return None


def _make_api(endpoint: str) -> str:
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr("trivial.py", _HANDLER)
    aws = Aws(endpoint, _REGION, Credentials("test", "test"))
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
    rest_api = gateway.create_rest_api(name="bare")
    api, parent = str(rest_api["id"]), rest_api["rootResourceId"]
    for part in request().resource.strip("/").split("/"):
        parent = gateway.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
    method = {"restApiId": api, "resourceId": parent, "httpMethod": request().method}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{_REGION}:lambda:path/2015-03-31/functions/{function}/invocations",
    )
    gateway.create_deployment(restApiId=api, stageName="bare")
    aws.close()
    return api
