"""What requests are sent to: our local system, and the emulator alone, with the same handler.

Ours is ``app up``, as a user leaves it in a terminal: the whole program deployed, IAM
enforced, throttle, access log and alias as configured, Lambda's logging around the handler, and the
logs followed. The other is the emulator as its own command starts it, asking for no credentials,
with a function behind a REST API of one route.

The handler logs a line, as every function here does: for one that logs nothing the emulator waits
50 ms, which would hide what is to be seen.
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
from pathlib import Path

import yaml

from blueprint.project import project_name
from checks.bench import BenchError
from checks.bench.environments import ROOT
from local.aws import Aws
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
_PATH = "/users/user_0"
_REGION = "us-east-1"
_SECONDS = 60
_UP = """\
import sys
from pathlib import Path

from cli import main

main(["up", "--no-docker", "--port", sys.argv[2]], root=Path(sys.argv[1]))
"""


@contextlib.contextmanager
def ours() -> Iterator[str]:
    """Bring this project up, with the handler in the place of ``get-user``'s; give its URL."""
    with tempfile.TemporaryDirectory(prefix="bench-ours-") as folder:
        root = Path(folder)
        _copy_project(root)
        command = [sys.executable, "-c", _UP, folder, str(free_port())]
        directory = StateDirectory(root)

        def url() -> str | None:
            try:
                return f"{directory.load().deployed.outputs['api_gateway_url']}{_PATH}"
            except NotRunning:
                return None

        with _running(command, root / "up.log", url) as address:
            yield address


@contextlib.contextmanager
def bare() -> Iterator[str]:
    """Start the emulator alone, and give it a function with an API; give its URL."""
    with tempfile.TemporaryDirectory(prefix="bench-bare-") as folder:
        port = free_port()
        variables = environment(port=port, directory=Path(folder), region=_REGION)
        with _running(
            [sys.executable, "-m", "ministack"],
            Path(folder, "log"),
            lambda: _endpoint(port),
            {**variables, "AUTH": "false"},
        ) as endpoint:
            yield f"{endpoint}/_aws/execute-api/{_make_api(endpoint)}/bare{_PATH}"


def _copy_project(root: Path) -> None:
    for part in ("handlers", "images", "infra"):
        shutil.copytree(ROOT / part, root / part, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("__main__.py", "config.py", "Pulumi.yaml"):
        shutil.copy(ROOT / name, root)
    (root / "handlers" / "get_user" / "handler.py").write_text(_HANDLER)
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
    """Run a command as long as it is needed, and wait until ``ready`` gives its address.

    Raises:
        BenchError: it has ended, or takes too long; with the end of its log.
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
    aws = Aws(endpoint, _REGION)
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
    api, parent = str(made["id"]), made["rootResourceId"]
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
    return api
