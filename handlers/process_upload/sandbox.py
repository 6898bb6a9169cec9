"""Runs a parser on an untrusted file, in a child process with limited memory, time and output.

The child is forked, so it starts at once with the parser's library loaded (importing one takes
longer than parsing most files), and everything that it leaks or corrupts ends with it. It gets open
files without names, and answers by their content and by its exit status. So the parent unpickles
nothing that a hostile file may have made. The child's output and logs are discarded, because they
may quote the file. The parent's connections to AWS and to Lambda are closed in the child.

On macOS, the kernel ignores the limit on memory; the limit on time works.
"""

import errno
import faulthandler
import logging
import math
import os
import resource
import select
import signal
import stat
import sys
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, NoReturn

from handlers.process_upload.rejection import Reason, Rejected

MAX_OUTPUT_BYTES = 128 * 1024 * 1024
"""Largest file that the child may write."""

_REASONS = tuple(Reason)
# Exit statuses: 0 for success, 1 for a failure of the machine, the reasons from 10 on.
_MACHINE_FAILED = 1
_FIRST_REASON = 10
_MACHINE_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS}
_DESCRIPTORS = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
_LIMIT_ERRORS = {errno.EFBIG, errno.ENOMEM}


class SandboxError(Exception):
    """The machine failed the parser, by a full disk, say; another attempt may succeed."""


def run(
    parse: Callable[..., None],
    source: IO[bytes],
    outputs: Sequence[IO[bytes]],
    *,
    seconds: float,
    memory_bytes: int,
) -> None:
    """Call ``parse(source, *outputs)`` in a child and wait for it.

    No other thread may run meanwhile, because a forked child has only the thread that forks.

    Args:
        parse: the parser. Any exception that it raises is a verdict on the file, except errors of
            the machine.
        source: the file, flushed, and positioned where the parser begins.
        outputs: files to write; read them from the start afterwards.
        seconds: limit on elapsed time, and on CPU time.
        memory_bytes: address space that the child may take in addition to what it starts with.

    Raises:
        Rejected: by the parser, or ``TOO_EXPENSIVE`` if the child exceeded a limit.
        SandboxError: the machine failed the parser.
    """
    ended, alive = os.pipe()  # `alive` is open as long as the child lives
    child = os.fork()
    if child == 0:
        _child(parse, source, outputs, seconds, memory_bytes)
    os.close(alive)
    try:
        select.select([ended], [], [], seconds)
    finally:
        os.close(ended)
        os.kill(child, signal.SIGKILL)  # even if it seems to have ended
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        return
    if status == _MACHINE_FAILED:
        raise SandboxError("the machine failed the parser: no space, or no more open files")
    if _FIRST_REASON <= status < _FIRST_REASON + len(_REASONS):
        raise Rejected(_REASONS[status - _FIRST_REASON])
    raise Rejected(Reason.TOO_EXPENSIVE)


def sealed(
    parse: Callable[..., None], source: IO[bytes], *outputs: IO[bytes], memory_bytes: int
) -> None:
    """Run a parser, in a child, that must not be able to open a file or a connection.

    This is for libraries that a hostile file may cause to execute its own code. From here on, the
    child can read its source and its memory, and write its outputs, and nothing else; only root
    could undo that. The parser must not open anything itself (that of TIFF duplicates the source's
    descriptor, others import modules late).

    Args:
        parse: see ``run``.
        source: see ``run``.
        outputs: see ``run``.
        memory_bytes: address space in addition to what the child has, if less than its limit.
    """
    _limit_memory(memory_bytes)
    _limit(resource.RLIMIT_NOFILE, 0)
    parse(source, *outputs)


def _child(
    parse: Callable[..., None],
    source: IO[bytes],
    outputs: Sequence[IO[bytes]],
    seconds: float,
    memory_bytes: int,
) -> NoReturn:
    """Parse and end the process in any case: the parent's code must not continue in the child."""
    status = _MACHINE_FAILED
    try:
        _silence()
        _disconnect()
        _confine(seconds, memory_bytes)
        status = _status(parse, source, outputs)
    finally:
        os._exit(status)  # without the exit handlers and buffers, which are the parent's


def _status(parse: Callable[..., None], source: IO[bytes], outputs: Sequence[IO[bytes]]) -> int:
    try:
        parse(source, *outputs)
        for output in outputs:
            output.flush()
    except Exception as error:  # noqa: BLE001  a hostile file makes parsers raise anything
        return _verdict(error)
    return 0


def _verdict(error: Exception) -> int:
    reason = Reason.DAMAGED
    if isinstance(error, Rejected):
        reason = error.reason
    elif isinstance(error, MemoryError | RecursionError):
        reason = Reason.TOO_EXPENSIVE
    elif isinstance(error, OSError):
        if error.errno in _MACHINE_ERRORS:
            return _MACHINE_FAILED
        if error.errno in _LIMIT_ERRORS:
            reason = Reason.TOO_EXPENSIVE
    return _FIRST_REASON + _REASONS.index(reason)


def _silence() -> None:
    logging.disable()
    faulthandler.disable()
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    sys.stdout = sys.stderr = os.fdopen(nowhere, "w")  # Lambda's go to a descriptor of their own


def _disconnect() -> None:
    """Close the parent's sockets."""
    for descriptor in [int(name) for name in os.listdir(_DESCRIPTORS)]:
        with suppress(OSError):  # the listing's own descriptor is closed by now
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.close(descriptor)


def _confine(seconds: float, memory_bytes: int) -> None:
    whole_seconds = math.ceil(seconds) + 1
    signal.alarm(whole_seconds)  # in case the parent has died
    _limit(resource.RLIMIT_CPU, whole_seconds)
    _limit(resource.RLIMIT_FSIZE, MAX_OUTPUT_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit_memory(memory_bytes)


def _limit_memory(more_bytes: int) -> None:
    """Limit the address space to its present size and some more (Linux)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more_bytes)


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
