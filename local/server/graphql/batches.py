"""Resolves one field for several parents in one invocation, as AppSync does."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

Context = dict[str, Any]
Invoke = Callable[[Any], Awaitable[Any]]
"""Invokes a function with an event; returns what it returned, or raises `FieldError`."""

_ROUNDS = 3
"""Turns of the event loop within which all parents of one list arrive, one after the other."""


class FieldError(Exception):
    """A field that could not be resolved: the ``errorType`` and message that the caller gets."""

    def __init__(self, kind: str | None, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Batches:
    """The items of one request that wait for others of their field."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[Any, ...], list[tuple[Context, asyncio.Future[Any]]]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def resolve(
        self, field: tuple[Any, ...], context: Context, size: int, invoke: Invoke
    ) -> Any:
        """Return the result for one item.

        Args:
            field: where it is in the query: the same for all items of a batch.
            context: what the function gets.
            size: the most items of one invocation; 0: each one alone, not as a list.
            invoke: invokes the function.

        Raises:
            FieldError: the function failed, or answered this item with an error.
        """
        if not size:
            return await invoke(context)
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        waiting = self._waiting.setdefault(field, [])
        waiting.append((context, future))
        if len(waiting) == 1:
            task = asyncio.create_task(self._send(field, size, invoke))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return _result(await future)

    async def _send(self, field: tuple[Any, ...], size: int, invoke: Invoke) -> None:
        for _ in range(_ROUNDS):
            await asyncio.sleep(0)
        items = self._waiting.pop(field)
        chunks = [items[start : start + size] for start in range(0, len(items), size)]
        await asyncio.gather(*(_invoke_one(chunk, invoke) for chunk in chunks))


async def _invoke_one(items: list[tuple[Context, asyncio.Future[Any]]], invoke: Invoke) -> None:
    """Invoke the function with some items, and settle each."""
    try:
        results = _checked(await invoke([context for context, _ in items]), len(items))
    except FieldError as error:
        for _, future in items:
            future.set_exception(FieldError(error.kind, str(error)))
        return
    for (_, future), result in zip(items, results, strict=True):
        future.set_result(result)


def _checked(results: Any, count: int) -> list[Any]:
    """Return the results, if there is one for each item; raise FieldError otherwise."""
    if isinstance(results, list) and len(results) == count:
        return results
    got = len(results) if isinstance(results, list) else "no list"
    raise FieldError(
        "BatchSizeMismatch",
        f"The function returned {got} for {count} items; it must return a list with a result for "
        "each.",
    )


def _result(result: Any) -> Any:
    """Return the data of an item's result.

    Raises:
        FieldError: the function answered with an error.
    """
    if not isinstance(result, dict):
        return result
    kind, message = result.get("errorType"), result.get("errorMessage")
    if kind or message:
        raise FieldError(str(kind) if kind else None, str(message or kind))
    return result.get("data")
