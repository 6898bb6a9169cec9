"""Runs a function that has no trigger: again and again, until nothing is left to do.

The stack's output ``by_hand`` has the alias of each such function. It gets the event ``{}``, and
then what its answer names as ``next``.
"""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ReadTimeoutError

from ops.deployed.clients import INVOCATIONS, Client, clients
from ops.deployed.outputs import outputs as read_outputs
from ops.deployed.outputs import region
from ops.errors import OpsError, WrongUsage


class RunError(OpsError):
    """The function did not finish."""


def run_deployed(stack: str, name: str) -> int:
    """Run a function of a deployed stack; see `run`."""
    outputs = read_outputs(stack)
    alias = _alias(outputs, name, stack=stack)
    client = clients(region(outputs), INVOCATIONS, emulator=outputs.get("emulator"))
    return run(client, alias, name)


def run(client: Client, alias: str, name: str) -> int:
    """Run a function to its end; print each event to standard error, and each answer as JSON.

    Raises:
        RunError: it failed, did not answer in time, or makes no progress.
    """

    def invoke(event: Any) -> Any:
        print(f"{name}: {json.dumps(event)}", file=sys.stderr, flush=True)
        answer = _answer(client("lambda"), alias, name, event)
        print(json.dumps(answer), flush=True)
        return answer

    until_done(invoke, name)
    return 0


def until_done(invoke: Callable[[Any], Any], name: str) -> None:
    """Invoke a function, and again with what its answer names as ``next``, until there is no more.

    Raises:
        RunError: it asks for the same event again.
    """
    event: Any = {}
    while event is not None:
        answer = invoke(event)
        following = answer.get("next") if isinstance(answer, dict) else None
        if following == event:
            raise RunError(
                f"{name} makes no progress: it asks for the event {json.dumps(event)} again. Give "
                "it more time or memory."
            )
        event = following


def _alias(outputs: Mapping[str, Any], name: str, *, stack: str) -> str:
    known: Mapping[str, str] = outputs.get("by_hand") or {}
    if name not in known:
        raise WrongUsage(
            f"The stack {stack!r} has no function {name!r} that is run by hand. Such functions: "
            f"{', '.join(sorted(known)) or 'none'}. Schedules run by themselves; `app run` without "
            "--stack runs one in the local cloud."
        )
    return known[name]


def _answer(client: Any, alias: str, name: str, event: Any) -> Any:
    """Invoke a function once, and return its answer."""
    text = json.dumps(event)
    try:
        given = client.invoke(FunctionName=alias, Payload=text.encode())
    except ReadTimeoutError:
        raise RunError(
            f"{name} gave no answer to {text} in time, and may still be running. Wait until its "
            "time limit is over, and run it again."
        ) from None
    answer = json.loads(given["Payload"].read() or b"null")
    if given.get("FunctionError"):
        # Its text may have personal data; the log is where it may be read.
        kind = answer.get("errorType", "an error") if isinstance(answer, dict) else "an error"
        raise RunError(f"{name} failed at {text} with {kind}. Its log says why. Then run it again.")
    return answer
