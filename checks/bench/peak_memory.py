"""Measure a handler's peak of memory: ``python peak_memory.py HANDLER SECONDS``, given an event.

It imports the runtime interface client and the handler, as a cold start does, invokes the handler
once, and prints its ``answer`` and ``peak`` as JSON. ``peak`` is the maximum resident size of this
process plus that of its largest child, in bytes; memory that they share counts twice. It runs on
Linux only, and uses the standard library only, because it runs where functions do.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from types import SimpleNamespace


def peak() -> int:
    """Return the bytes; ``VmHWM`` begins with the program, ``ru_maxrss`` with the one before it.

    https://man7.org/linux/man-pages/man5/proc_pid_status.5.html
    """
    high_water_mark = Path("/proc/self/status").read_text().partition("VmHWM:")[2].split()[0]
    return 1024 * (int(high_water_mark) + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


def main(handler: str, seconds: str) -> None:
    """Invoke it, with that much time."""
    event = json.load(sys.stdin)
    sys.path.insert(0, "")
    importlib.import_module("awslambdaric.bootstrap")
    module, _, name = handler.rpartition(".")
    invoke = getattr(importlib.import_module(module), name)
    end = time.monotonic() + float(seconds)
    context = SimpleNamespace(
        aws_request_id="bench",
        get_remaining_time_in_millis=lambda: int(1000 * (end - time.monotonic())),
    )
    print(json.dumps({"answer": invoke(event, context), "peak": peak()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
