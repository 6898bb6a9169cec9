"""Describes the failure of a program, with the program's own lines."""

import asyncio
import traceback
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")

_ORIGIN = "_origin"
_COMPONENTS = "infra"
_ELSEWHERE = 3
"""How many frames to show if none is the program's own."""


def describe(error: BaseException, root: Path) -> str:
    """Return what went wrong in a program, and where.

    Args:
        error: what the program raised.
        root: the project's folder; frames of other code, and of this package, are left out. So are
            those of components that refuse what the program gives them: their text says it all.
    """
    this_package = Path(__file__).parent
    everything = [
        frame
        for link in reversed(_causes(error))
        for frame in traceback.extract_tb(getattr(link, _ORIGIN, link.__traceback__))
    ]
    frames = [
        frame
        for frame in everything
        if _within(frame.filename, root) and not _within(frame.filename, this_package)
    ]
    if frames and _is_refused(frames[-1], root / _COMPONENTS):
        frames = [f for f in frames if not _within(f.filename, root / _COMPONENTS)] or frames
    if not frames and not isinstance(error, SyntaxError):  # which says itself where it is
        frames = everything[-_ELSEWHERE:]
    *before, last = traceback.format_exception_only(error)
    lines = [f"The program failed: {last.rstrip()}"]
    if isinstance(error, SyntaxError):
        lines.append("".join(before).rstrip())
    if frames:
        lines.append("".join(traceback.format_list(frames)).rstrip())
    return "\n".join(lines)


def traced_task(
    loop: asyncio.AbstractEventLoop, coroutine: Coroutine[Any, Any, T], **options: Any
) -> asyncio.Task[T]:
    """Return a task that remembers where its exception came from (for ``set_task_factory``).

    An exception's traceback is lost when a second task awaits what raised it, and so is the line
    inside an ``apply``.
    """

    async def traced() -> T:
        try:
            return await coroutine
        except Exception as error:
            if not hasattr(error, _ORIGIN):
                setattr(error, _ORIGIN, error.__traceback__)
            raise

    task = asyncio.Task(traced(), loop=loop, **options)
    # A task that is cancelled before it begins would leave the coroutine, which then warns.
    task.add_done_callback(lambda _: coroutine.close())
    return task


def _causes(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__
    return chain


def _is_refused(frame: traceback.FrameSummary, components: Path) -> bool:
    """Return whether a frame is where a component raises an error on purpose."""
    return _within(frame.filename, components) and (frame.line or "").startswith("raise ")


def _within(file: str, folder: Path) -> bool:
    path = Path(file)
    # Installed packages are inside the project too, in its virtual environment.
    return path.is_relative_to(folder) and "site-packages" not in path.parts
