"""Runs a function on a file, once per line of input: ``python file_loop.py FUNCTION FILE RESULTS``.

``FUNCTION``, such as ``own.picture``, takes the file's bytes and returns a list of bytes, which is
written once into the folder ``RESULTS``. Then each line of input runs the function again and prints
its processor seconds, children and threads included. So other work on this machine does not count,
and threads have no advantage: a function of 1,024 MB has less than one processor. This module uses
the standard library only, because it runs in other environments.
"""

import importlib
import resource
import sys
from pathlib import Path


def seconds() -> float:
    """Return the processor time of this process and of those of its children that have ended."""
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, both))


def main(function: str, file: str, results: str) -> None:
    """Run the function once for its result, then once for each line of input."""
    module, _, name = function.rpartition(".")
    sys.path.insert(0, "")
    run = getattr(importlib.import_module(module), name)
    content = Path(file).read_bytes()
    for number, result in enumerate(run(content)):
        Path(results, str(number)).write_bytes(result)
    print("ready", flush=True)
    for _ in sys.stdin:
        before = seconds()
        run(content)
        print(seconds() - before, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
