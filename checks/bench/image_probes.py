"""Starts probes in the functions' images, with a running Docker engine."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

from checks.bench import BASELINES, ROOT, BenchError
from checks.bench.running_probe import Probe, Probes, wait
from local import engine_probe
from local.emulator import free_port
from local.engine import Engine
from local.images import build_all

# As Lambda confines a function; see tests/support/images/containers.py.
_CONFINED: dict[str, Any] = {
    "read_only": True,
    "tmpfs": {"/tmp": "rw,noexec,nosuid,size=512m"},  # noqa: S108  the container's
    "user": "993:990",
    "cap_drop": ["ALL"],
    "security_opt": ["no-new-privileges"],
}


def problem() -> str | None:
    """Return why images cannot be used, or None if they can."""
    if sys.platform != "linux":
        return "A container shares this machine's network on Linux only."
    return engine_probe.problem()


@contextlib.contextmanager
def in_images(functions: list[str]) -> Iterator[Probes]:
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
        yield Probes(f"in images on {base}", started, started.pop("baselines"))
    engine.client.close()


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
def _container(engine: Engine, image: str, base_bytes: int) -> Iterator[Probe]:
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
        wait(url)
        yield Probe(url, container.attrs["State"]["Pid"], "/bench", size)
    finally:
        container.remove(force=True)


def _progress(line: str) -> None:
    print(line, file=sys.stderr)
