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
# A call that another process's interrupts is in two lines: "openat(… <unfinished ...>" and
# "<... openat resumed>…) = 3".
_LINE = re.compile(r"(?P<process>\d+)\s+(?:<\.\.\. )?(?P<call>\w+)(?P<rest>.*)")
_SECONDS = 10


def count(process: int, cold_start: Callable[[], object]) -> int:
    """Watch a process and its children from outside while one of them starts cold.

    Args:
        process: its id on this machine, which may be one in a container.
        cold_start: makes it start ``awslambdaric`` once.

    Raises:
        BenchError: strace is missing, or may not watch that process.
    """
    if shutil.which("strace") is None:
        raise BenchError("strace counts the opened files, and is not installed: apt install strace")
    with tempfile.TemporaryDirectory() as folder:
        trace = Path(folder, "trace")
        options = ["-f", "-s", "256", "-e", _CALLS, "-o", str(trace), "-p", str(process)]
        tracer = subprocess.Popen(["strace", *options], stderr=subprocess.DEVNULL)
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

    Each opening counts that succeeded, of folders as well; what is looked for in vain does not.

    Raises:
        BenchError: the trace has no start, or no first request.
    """
    starting: str | None = None
    opened = 0
    for line in trace.splitlines():
        found = _LINE.match(line)
        if found is None:
            continue
        call, rest = found["call"], found["rest"]
        if call == "execve" and '"awslambdaric"' in rest:
            starting = found["process"]
        elif found["process"] != starting:
            continue
        elif call in ("open", "openat"):
            opened += re.search(r"\) = \d", rest) is not None
        elif "/runtime/invocation/next" in rest:
            return opened
    raise BenchError("the trace has no cold start from its spawn to its first request")
