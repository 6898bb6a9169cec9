"""``app run``: runs a schedule's function now, with the event that the schedule sends.

A function in the output ``by_hand`` has no schedule. It gets the event ``{}``, and what its answer
names as ``next`` until there is no more.
"""

import json
import sys
import time
from collections.abc import Collection, Mapping
from typing import Any

from local import invocation
from local.aws import Aws
from local.errors import WrongUsage, unknown
from local.log_format import Formatter
from local.logs import Invocation
from local.schedule_event import fill
from local.state import State, StateDirectory
from local.terminal_json import terminal_json
from ops.by_hand import until_done
from ops.terminal import wants_colour

TYPE = "aws:scheduler/schedule:Schedule"


def run(directory: StateDirectory, name: str) -> int:
    """Invoke the function of a schedule; print its answer as JSON, and its log to standard error.

    Args:
        directory: where the state of `up` is kept.
        name: of the schedule, of its function, or of a function that is run by hand.

    Raises:
        WrongUsage: there is no such schedule or function, or it is run in another way.
        LocalError: the function failed.
    """
    state = directory.load()
    aws = state.clients()
    if name in _by_hand(state):
        until_done(lambda event: _call(state, aws, name, json.dumps(event)), name)
        return 0
    schedule, function, text = _find(state, aws, name)
    _call(state, aws, function, fill(text, arn=schedule["Arn"]))
    return 0


def _call(state: State, aws: Aws, function: str, event: str) -> Any:
    """Invoke a function; print its answer and its log, and return the answer."""
    print(f"{function}: {event}", file=sys.stderr, flush=True)
    answer = invocation.call(aws, state.deployed.functions[function], event)
    formatter = Formatter(state.deployed.functions, colour=wants_colour(sys.stderr))
    lines = tuple(answer.log.splitlines())
    log = formatter.format(Invocation(function, int(time.time() * 1000), lines))
    if log:
        print(log, file=sys.stderr, flush=True)
    try:
        result = answer.result()
    except invocation.FunctionFailed as failed:
        # Its stack is in the log.
        summary = str(failed).partition("\n")[0]
        raise invocation.FunctionFailed(f"{function} failed: {summary}") from None
    print(terminal_json(result))
    return result


def _find(state: State, aws: Aws, name: str) -> tuple[dict[str, Any], str, str]:
    """Return a schedule, its function, and the input that it sends."""
    scheduler = aws.client("scheduler")
    known = {}
    for logical, id_ in state.deployed.ids(TYPE).items():
        group, _, physical = id_.rpartition("/")
        schedule = scheduler.get_schedule(GroupName=group, Name=physical)
        known[logical] = schedule, _function(state, schedule["Target"]["Arn"])
    chosen = [name] if name in known else [n for n, (_, f) in known.items() if f == name]
    if not chosen:
        if name in state.deployed.functions:
            raise WrongUsage(
                f"No schedule invokes {name}. Invoke it with an event of yours: "
                f"app invoke {name} EVENT.json"
            )
        accepted = {*known, *(f for _, f in known.values() if f), *_by_hand(state)}
        raise unknown("schedule or function", name, accepted, title="Schedules and functions")
    if len(chosen) > 1:
        raise WrongUsage(f"Several schedules invoke {name}. Name one: {', '.join(chosen)}.")
    schedule, function = known[chosen[0]]
    if function is None:
        raise WrongUsage(
            f"The schedule {name} invokes {schedule['Target']['Arn']}, and app run runs functions."
        )
    return schedule, function, schedule["Target"].get("Input", "{}")


def _by_hand(state: State) -> Collection[str]:
    """Return the functions that are run by hand."""
    functions: Mapping[str, str] = state.deployed.outputs.get("by_hand") or {}
    return functions


def _function(state: State, arn: str) -> str | None:
    """Return the name that the program gives to the function of an alias's ARN."""
    physical = arn.partition(":function:")[2].partition(":")[0]
    return next((n for n, ref in state.deployed.functions.items() if ref.name == physical), None)
