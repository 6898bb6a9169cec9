"""Runs a parser on an untrusted file in a child process with bounded memory, time and output.

The child is forked, so it starts at once with the parser's library already loaded (importing one
takes longer than most files do), and whatever it leaks or corrupts ends with it. It gets open files
without names, and answers by what it wrote and by its exit status: the parent unpickles nothing
that a hostile file may have made. Its output and logs go nowhere, for they may quote the file. The
parent's connections, to AWS and to Lambda, are closed in it.

On macOS the limit on memory does not hold (the kernel ignores it); the limit on time does.
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
_FIRST_REASON = 10  # exit statuses: 0, the reasons from here on, and trouble of our own
_TROUBLE = 1
# What speaks against the machine, not against the file.
_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EMFILE, errno.ENFILE, errno.EROFS}
_DESCRIPTORS = "/proc/self/fd" if sys.platform == "linux" else "/dev/fd"
_LIMITS = {errno.EFBIG, errno.ENOMEM}


class SandboxError(Exception):
    """The machine failed the parser: a full disk, say. Worth another try."""


def run(
    parse: Callable[..., None],
    source: IO[bytes],
    outputs: Sequence[IO[bytes]],
    *,
    seconds: float,
    memory_bytes: int,
) -> None:
    """Call ``parse(source, *outputs)`` in a child and wait for it.

    Call it while no other thread runs: a forked child has only its own.

    Args:
        parse: any exception it raises, but for the machine's trouble, is a verdict on the file.
        source: flushed, and positioned where the parser shall begin.
        outputs: files to write; read them from the start afterwards.
        seconds: time by the clock, and of CPU.
        memory_bytes: address space that the child may take beyond what it is born with.

    Raises:
        Rejected: by the parser, or ``TOO_EXPENSIVE`` if the child died of a limit.
        SandboxError: the machine failed the parser.
    """
    ended, alive = os.pipe()  # the second is open as long as the child lives
    child = os.fork()
    if child == 0:
        _child(parse, source, outputs, seconds, memory_bytes)
    os.close(alive)
    try:
        select.select([ended], [], [], seconds)
    finally:
        os.close(ended)
        os.kill(child, signal.SIGKILL)  # also if it only seems to have ended
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == 0:
        return
    if status == _TROUBLE:
        raise SandboxError("the machine failed the parser: no space, or no more open files")
    if _FIRST_REASON <= status < _FIRST_REASON + len(_REASONS):
        raise Rejected(_REASONS[status - _FIRST_REASON])
    raise Rejected(Reason.TOO_EXPENSIVE)


def sealed(
    parse: Callable[..., None], source: IO[bytes], *outputs: IO[bytes], memory_bytes: int
) -> None:
    """Parse by a library that a hostile file may make run its own code: ``run`` it in a child.

    No file and no connection can be opened from here on, and only root could undo that: whatever
    the child runs reads nothing but its source and its memory, and writes nowhere but into its
    outputs. For parsers that open nothing; some do (TIFF's duplicates the source's descriptor,
    others import modules late).

    Args:
        parse: called as ``run`` does.
        source: see there.
        outputs: see there.
        memory_bytes: address space beyond what the child has, if that is less than its limit.
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
    """Parse, and end the process whatever happens: none of the parent's code may run on in it."""
    status = _TROUBLE
    try:
        _silence()
        _disconnect()
        _confine(seconds, memory_bytes)
        status = _status(parse, source, outputs)
    finally:
        os._exit(status)  # at once: the parent's exit handlers and buffers are not the child's


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
        if error.errno in _MACHINE:
            return _TROUBLE
        if error.errno in _LIMITS:
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
    """Close the sockets that were the parent's."""
    for descriptor in [int(name) for name in os.listdir(_DESCRIPTORS)]:
        with suppress(OSError):  # that of the listing is closed by now
            if stat.S_ISSOCK(os.fstat(descriptor).st_mode):
                os.close(descriptor)


def _confine(seconds: float, memory_bytes: int) -> None:
    whole_seconds = math.ceil(seconds) + 1
    signal.alarm(whole_seconds)  # should the parent be gone by then
    _limit(resource.RLIMIT_CPU, whole_seconds)
    _limit(resource.RLIMIT_FSIZE, MAX_OUTPUT_BYTES)
    _limit(resource.RLIMIT_CORE, 0)
    _limit_memory(memory_bytes)


def _limit_memory(more_bytes: int) -> None:
    """Bound the address space to what it is now and some more (Linux)."""
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text().split()[0])
        _limit(resource.RLIMIT_AS, pages * resource.getpagesize() + more_bytes)


def _limit(which: int, value: int) -> None:
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
