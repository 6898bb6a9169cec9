"""Starts a probe without Docker: this machine's Python runs handlers, from one folder."""

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from checks.bench import BASELINES, ROOT, BenchError
from checks.bench.running_probe import Probe, Probes, wait
from local.emulator import free_port

WORKER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


@contextlib.contextmanager
def as_workers(functions: list[str], reason: str) -> Iterator[Probes]:
    """Start a probe that runs everything by this machine's Python, from one folder.

    ``reason``: why there are no images.
    """
    with _worker(worker_folder()) as probe:
        where = f"as workers, by Python {platform.python_version()} ({reason})"
        yield Probes(where, dict.fromkeys(functions, probe), probe)


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


@contextlib.contextmanager
def _worker(folder: Path) -> Iterator[Probe]:
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
        wait(url)
        yield Probe(url, process.pid, str(scripts))
    finally:
        process.kill()
        process.wait()
