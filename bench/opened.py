"""Counts the files that a cold start opens before it asks for its first invocation, by strace."""

import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import BenchError

_CALLS = "trace=execve,open,openat,sendto,sendmsg,write,writev"
_UNFINISHED = " <unfinished ...>"
_RESUMED = " resumed>"
_NEXT = "/runtime/invocation/next"
_OPENED = re.compile(r'open(?:at)?\([^"]*"([^"]*)"(?!.*O_DIRECTORY).* = \d')
_SECONDS = 10


def count(process: int, cold_start: Callable[[], object]) -> int:
    """Watch a process and its children from outside while one of them starts cold.

    Args:
        process: its id on this machine, which may be one in a container.
        cold_start: makes it start ``awslambdaric`` once.

    Raises:
        BenchError: strace is missing, or may not watch that process.
    """
    strace = shutil.which("strace")
    if strace is None:
        raise BenchError("strace counts the opened files, and is not installed: apt install strace")
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        options = ["-f", "-s", "256", "-e", _CALLS, "-o", str(trace), "-p", str(process)]
        tracer = subprocess.Popen([strace, *options], stderr=subprocess.DEVNULL)
        try:
            _wait(process, tracer)
            cold_start()
        finally:
            tracer.send_signal(signal.SIGINT)
            tracer.wait()
        return files(trace.read_text(errors="replace"))


def _wait(process: int, tracer: "subprocess.Popen[bytes]") -> None:
    """Wait until the process is watched.

    Raises:
        BenchError: it cannot be.
    """
    deadline = time.monotonic() + _SECONDS
    while f"TracerPid:\t{tracer.pid}\n" not in Path(f"/proc/{process}/status").read_text():
        if tracer.poll() is not None or time.monotonic() > deadline:
            raise BenchError(f"strace may not watch process {process}, for which it needs root")
        time.sleep(0.02)


def files(trace: str) -> int:
    """Count the files that ``awslambdaric`` opened, by a trace of calls with the ids of processes.

    Each file counts once; folders do not, nor what was looked for in vain.

    Raises:
        BenchError: the trace has no start, or no first request.
    """
    starting = unfinished = ""
    opened: set[str] = set()
    for line in trace.splitlines():
        process, _, call = line.partition(" ")
        call = call.strip()
        if call.startswith("execve(") and '"awslambdaric"' in call:
            starting = process
        elif process != starting:
            continue
        elif call.endswith(_UNFINISHED):
            unfinished = call.removesuffix(_UNFINISHED)
        else:
            # A call that another process's comes between is in two lines.
            call = unfinished + call.partition(_RESUMED)[2] if _RESUMED in call else call
            if found := _OPENED.match(call):
                opened.add(found[1])
        if _NEXT in call:
            return len(opened)
    raise BenchError("the trace has no cold start from its spawn to its first request")
