"""A function's entry point: the settings, clients and deadline that every handler needs."""

import gc
import os
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar, TypeVarTuple, Unpack

from handlers.runtime import deadline, log, trace
from handlers.runtime.asynchronous import Failed
from handlers.runtime.settings import load

Settings = TypeVar("Settings")
Response = TypeVar("Response")
Dependencies = TypeVarTuple("Dependencies")

UNHANDLED = "unhandled"
"""Outcome of an invocation whose error left the function."""


class Entrypoint(Generic[Response, *Dependencies]):
    """What Lambda calls: ``entrypoint(event, context)``.

    Attributes:
        dependencies: returns what the adapter works with, and makes it on the first call.
    """

    def __init__(
        self,
        adapter: Callable[[Any, Any, Unpack[Dependencies]], Response],
        dependencies: Callable[[], tuple[*Dependencies]],
    ) -> None:
        self._adapter = adapter
        self.dependencies = cache(dependencies)

    def __call__(self, event: Any, context: Any) -> Response:
        """Handle one event, within the invocation's time.

        An error that leaves the adapter is logged with its trace (outcome ``unhandled``): the
        runtime logs it without. ``Failed`` was logged before.
        """
        deadline.begin(context)
        with trace.invocation(event, context):
            try:
                return self._adapter(event, context, *self.dependencies())
            except Failed:
                raise
            except Exception as error:
                log.failure(UNHANDLED, error)
                raise

    def invoke(self, event: Any, context: Any, *dependencies: *Dependencies) -> Response:
        """Handle one event with other dependencies, as tests do."""
        deadline.begin(context)
        with trace.invocation(event, context):
            return self._adapter(event, context, *dependencies)

    def end_init(self) -> None:
        """Make the dependencies now, and start the garbage collector, which ``handlers`` stopped.

        Lambda gives INIT a full CPU, which an invocation may not have. The collector never again
        looks at what INIT has made.
        """
        self.dependencies()
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from handlers.runtime import restore  # other starts do not load it

            restore.register(self.dependencies)
        gc.freeze()
        gc.enable()


def entrypoint(
    settings: type[Settings], dependencies: Callable[[Settings], tuple[*Dependencies]]
) -> Callable[
    [Callable[[Any, Any, Unpack[Dependencies]], Response]],
    Entrypoint[Response, *Dependencies],
]:
    """Return a decorator that turns an adapter into the function's entry point.

    The adapter must be the last definition of its module: in Lambda, the decorator ends INIT.

    Args:
        settings: a dataclass of the environment variables; see ``settings.load``.
        dependencies: makes, from the settings, what the adapter gets after event and context.
    """

    def decorate(
        adapter: Callable[[Any, Any, Unpack[Dependencies]], Response],
    ) -> Entrypoint[Response, *Dependencies]:
        function = Entrypoint(adapter, lambda: dependencies(load(settings)))
        if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
            function.end_init()
        return function

    return decorate
