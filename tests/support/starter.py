"""Starts functions for snapshots, each in a fork of this process; reports how each start went.

This process has loaded botocore, as every function does, and nothing else. Each line of its input
is JSON: a function and its variables.
"""

import json
import os
import sys
import traceback
from typing import Any

import botocore.session  # noqa: F401


def answers(function: str) -> dict[str, Any]:
    """Start a function, take and restore its snapshot; return ``cold_path.Start`` of it."""
    import gc
    from importlib import import_module

    import handlers  # noqa: F401

    resting = not gc.isenabled()
    handler = import_module(f"handlers.{function}.handler").handler
    enabled, frozen = gc.isenabled(), gc.get_freeze_count()
    made = handler.dependencies.cache_info().currsize
    modules = sorted(sys.modules)

    # Only now, as these load more modules.
    import random

    import snapshot_restore_py as hooks
    from botocore.client import BaseClient

    def clients() -> int:
        gc.unfreeze()
        return sum(issubclass(type(thing), BaseClient) for thing in gc.get_objects())

    counted, state = [clients()], random.getstate()
    for hook, args, kwargs in reversed(hooks.get_before_snapshot()):
        hook(*args, **kwargs)
    counted.append(clients())
    for hook, args, kwargs in hooks.get_after_restore():
        hook(*args, **kwargs)
    return {
        "modules": modules,
        "collector_rested": resting,
        "collector_is_on": enabled,
        "frozen": frozen,
        "dependencies_made": made,
        "clients": [*counted, clients()],
        "same_numbers": random.getstate() == state,
    }


def main() -> None:
    """Start the functions of the input, one after the other."""
    for line in sys.stdin:
        function, variables = json.loads(line)
        if not (child := os.fork()):
            try:
                os.environ.update(variables)
                sys.stdout.write(f"{json.dumps([function, answers(function)])}\n")
                sys.stdout.flush()
            except BaseException:  # noqa: BLE001  the child must not continue as its parent
                sys.stderr.write(f"{function}: {traceback.format_exc()}")
                sys.stderr.flush()
            os._exit(0)
        os.waitpid(child, 0)
