"""Prepares places without Docker: handlers run by this machine's Python, from one folder."""

import contextlib
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from checks.bench import BenchError
from checks.bench.places import BASELINES, ROOT, Place, Places, wait
from local.emulator import free_port

WORKER_PYTHON = ROOT / ".venv-bench" / "bin" / "python"


@contextlib.contextmanager
def as_workers(functions: list[str], reason: str) -> Iterator[Places]:
    """Start a probe that runs everything by this machine's Python, from one folder.

    ``reason``: why there are no images.
    """
    with _worker(worker_folder()) as place:
        where = f"as workers, by Python {platform.python_version()} ({reason})"
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
        wait(url)
        yield Place(url, process.pid, str(scripts))
    finally:
        process.kill()
        process.wait()
