"""The start of an execution environment, Lambda's INIT."""

import gc
import os
from collections.abc import Callable


def at_init(make: Callable[[], object]) -> None:
    """End INIT, with clients made: Lambda gives it a full CPU, which an invocation may not have.

    Does nothing outside of Lambda. Every handler's module calls it last, for it lets the collector
    begin, which ``handlers`` has stopped; what INIT made is left out of its work for good.

    Args:
        make: makes what the handler will use, and keeps it.
    """
    if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
        make()
        gc.freeze()
        gc.enable()
