"""Prepares where cold starts are measured: in the functions' images, or as workers without Docker.

Every handler starts in a container or folder that already exists, so that only its own start
counts. All bytecode is compiled before, and none is written.
"""

import contextlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checks.bench import BenchError
from local import engine_probe
from local.emulator import free_port
from local.engine import Engine
from local.images import build_all

ROOT = Path(__file__).parents[2]
BASELINES = ROOT / "checks" / "bench" / "baselines"
WORKER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
_SECONDS = 60

# As Lambda confines a function; see tests/support/images/containers.py.
_CONFINED: dict[str, Any] = {
    "read_only": True,
    "tmpfs": {"/tmp": "rw,noexec,nosuid,size=512m"},  # noqa: S108  the container's
    "user": "993:990",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}


@dataclass(frozen=True)
class Place:
    """Where some handlers can be started: a running ``probe.py``.

    Attributes:
        url: of the probe.
        process: the probe's id on this machine.
        scripts: the folder ``bench`` as the probe sees it.
        layer_bytes: what the image adds to its base; None for workers.
    """

    url: str
    process: int
    scripts: str
    layer_bytes: int | None = None

    def measure(self, handler: str, event: Any, environment: Mapping[str, str]) -> dict[str, Any]:
        """Start a handler cold, and invoke it: see ``probe.measure``."""
        return self._ask("measure", handler=handler, event=event, environment=environment)

    def imported(self, handler: str, environment: Mapping[str, str]) -> dict[str, Any]:
        """Count what a handler imports: see ``imported_modules.py``."""
        arguments = [f"{self.scripts}/imported_modules.py", handler]
        return self._ask("run", arguments=arguments, environment=environment)

    def invoked(
        self, handler: str, count: int, event: Any, environment: Mapping[str, str]
    ) -> dict[str, Any]:
        """Time a handler's warm invocations: see ``warm_calls.py``."""
        arguments = [f"{self.scripts}/warm_calls.py", handler, str(count), json.dumps(event)]
        return self._ask("run", arguments=arguments, environment=environment)

    def _ask(self, action: str, **arguments: Any) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310  the probe's own address
            f"{self.url}/{action}", data=json.dumps(arguments).encode(), method="POST"
        )
        try:
            with urllib.request.urlopen(request, timeout=2 * _SECONDS) as response:  # noqa: S310
                answer: dict[str, Any] = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            with error:
                raise BenchError(error.read().decode()) from None


@dataclass(frozen=True)
class Places:
    """Where each function starts, and the baselines.

    Attributes:
        description: what they are, in words.
        functions: by folder, such as ``count_users``.
        baselines: one for all.
    """

    description: str
    functions: Mapping[str, Place]
    baselines: Place


@contextlib.contextmanager
def choose(functions: list[str]) -> Iterator[Places]:
    """Use images if Docker is running, else workers."""
    with in_images(functions) if problem() is None else as_workers(functions) as places:
        yield places


def problem() -> str | None:
    """Return why images cannot be used, or None if they can."""
    if sys.platform != "linux":
        return "A container shares this machine's network on Linux only."
    return engine_probe.problem()


@contextlib.contextmanager
def in_images(functions: list[str]) -> Iterator[Places]:
    """Start a container of every function's image, and one of the baselines'.

    Raises:
        BenchError: no images can be had.
    """
    if reason := problem():
        raise BenchError(reason)
    engine = Engine.connect()
    base = base_image()
    refs = build_all(functions, base_image=base, engine=engine, progress=_progress)
    images = {function: refs[function].id for function in functions}
    _progress("building the baselines")
    images["baselines"] = _baselines_image(engine, base)
    base_bytes = engine.client.images.get(base).attrs["Size"]
    with contextlib.ExitStack() as stack:
        started = {
            name: stack.enter_context(_container(engine, image, base_bytes))
            for name, image in images.items()
        }
        yield Places(f"in images on {base}", started, started.pop("baselines"))
    engine.client.close()


@contextlib.contextmanager
def as_workers(functions: list[str]) -> Iterator[Places]:
    """Start a probe that runs everything by this machine's Python, from one folder."""
    with _worker(worker_folder()) as place:
        where = f"as workers, by Python {platform.python_version()} ({problem()})"
        yield Places(where, dict.fromkeys(functions, place), place)


def worker_folder() -> Path:
    """Lay out handlers and baselines, with bytecode, for ``WORKER_PYTHON`` to run them in.

    Raises:
        BenchError: there is no such Python.
    """
    if not WORKER_PYTHON.is_file():
        raise BenchError(f"{WORKER_PYTHON.relative_to(ROOT)} is not there; `make bench` makes it")
    folder = ROOT / ".build" / "bench"
    shutil.rmtree(folder, ignore_errors=True)
    ignore = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "handlers", folder / "handlers", ignore=ignore)
    shutil.copytree(BASELINES, folder / "baselines", ignore=ignore)
    compiling = ["-m", "compileall", "-q", "--invalidation-mode", "unchecked-hash"]
    subprocess.run([WORKER_PYTHON, *compiling, folder], check=True)
    return folder


def base_image() -> str:
    """Return the base that the images' tests choose: Lambda's, or else a stand-in."""
    command = [sys.executable, "-m", "tests.support.images.bases"]
    return subprocess.run(
        command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True
    ).stdout.strip()


def _baselines_image(engine: Engine, base: str) -> str:
    here = ROOT / "checks" / "bench"
    files = {
        "Dockerfile": (here / "Dockerfile").read_bytes(),
        "package_index.py": (ROOT / "images" / "package_index.py").read_bytes(),
        "requirements.txt": (BASELINES / "requirements.txt").read_bytes(),
        **{f"baselines/{path.name}": path.read_bytes() for path in BASELINES.glob("*.py")},
    }
    return engine.build("the baselines", files, arguments={"BASE_IMAGE": base})


@contextlib.contextmanager
def _container(engine: Engine, image: str, base_bytes: int) -> Iterator[Place]:
    port = free_port()
    container = engine.client.containers.run(
        image,
        ["/bench/probe.py", str(port)],
        entrypoint=["python3"],
        detach=True,
        network_mode="host",
        volumes={str(ROOT / "checks" / "bench"): {"bind": "/bench", "mode": "ro"}},
        **_CONFINED,
    )
    try:
        container.reload()
        size = engine.client.images.get(image).attrs["Size"] - base_bytes
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield Place(url, container.attrs["State"]["Pid"], "/bench", size)
    finally:
        container.remove(force=True)


@contextlib.contextmanager
def _worker(folder: Path) -> Iterator[Place]:
    port = free_port()
    scripts = ROOT / "checks" / "bench"
    environment = {
        "PATH": os.environ["PATH"],
        "LAMBDA_TASK_ROOT": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.Popen(
        [WORKER_PYTHON, scripts / "probe.py", str(port)], cwd=folder, env=environment
    )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url)
        yield Place(url, process.pid, str(scripts))
    finally:
        process.kill()
        process.wait()


def _wait(url: str) -> None:
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(url, timeout=5):  # noqa: S310
                return
        except urllib.error.HTTPError as error:
            error.close()
            return  # it answers
        except OSError:
            time.sleep(0.05)
    raise BenchError(f"the probe at {url} does not answer")


def _progress(line: str) -> None:
    print(line, file=sys.stderr)
