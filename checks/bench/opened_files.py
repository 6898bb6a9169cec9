"""Counts the files that a cold start opens before it asks for its first invocation, by strace."""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from checks.bench import BenchError

_CALLS = "trace=execve,open,openat,sendto,sendmsg,write,writev"
_UNFINISHED = " <unfinished ...>"
_RESUMED = " resumed>"
_NEXT = "/runtime/invocation/next"
_OPENED = re.compile(r'open(?:at)?\([^"]*"([^"]*)"(?!.*O_DIRECTORY).* = \d')


def count(process: int, cold_start: Callable[[], object]) -> int:
    """Count the files that a child of a process opens during a cold start.

    Args:
        process: its id on this machine; it may be in a container. Watching it requires root.
        cold_start: makes it start ``awslambdaric`` once.

    Raises:
        BenchError: strace is missing, or may not watch that process.
    """
    if shutil.which("strace") is None:
        raise BenchError("strace counts the opened files, and is not installed: apt install strace")
    root = [] if os.geteuid() == 0 else ["sudo", "-n"]
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        options = ["-f", "-s", "256", "-e", _CALLS, "-o", str(trace), "-p", str(process)]
        with subprocess.Popen([*root, "strace", *options], stderr=subprocess.DEVNULL) as strace:
            tracer = _tracer(process, strace)
            try:
                cold_start()
            finally:
                subprocess.run([*root, "kill", "-INT", tracer], check=True)
        return files(trace.read_text(errors="replace"))


def _tracer(process: int, strace: "subprocess.Popen[bytes]") -> str:
    """Wait until a process is traced, and return the id of the tracing process.

    Raises:
        BenchError: it cannot be.
    """
    while strace.poll() is None:
        status = Path(f"/proc/{process}/status").read_text()
        tracer = status.partition("TracerPid:")[2].split()[0]
        if tracer != "0":
            return tracer
        time.sleep(0.02)
    raise BenchError(f"strace may not watch process {process}: that requires root")


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
