"""The start of an execution environment, Lambda's INIT."""

import gc
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handlers.runtime.restore import Made


def at_init(make: "Made") -> None:
    """End INIT, with clients made: Lambda gives it a full CPU, which an invocation may not have.

    Does nothing outside of Lambda. Every handler's module calls it last, for it lets the collector
    begin, which ``handlers`` has stopped; what INIT made is left out of its work for good.

    Args:
        make: makes what the handler will use, and keeps it: under ``functools.cache``.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        make()
        if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
            from handlers.runtime import restore  # which no other start reads

            restore.register(make)
        gc.freeze()
        gc.enable()
