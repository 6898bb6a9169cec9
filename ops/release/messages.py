"""Prints the plan, a line for each step, and a summary."""

import json
import time
from collections.abc import Iterable, Sequence

from ops.release.alarms import Alarm
from ops.release.moves import Part, Plan


def plan(given: Plan, *, back: bool) -> None:
    """Print what will move, before anything does."""
    begun = " (it was begun already)" if given.resumed and not back else ""
    print(f"{'Rolling back release' if back else 'Release'} {given.release}{begun}:")
    for part in given.parts:
        where = f"{part.state.version} to {part.target}{_now(part)}"
        print(f"  {part.name}: version {part.target if part.done else where}")


def as_json(given: Plan, alarms: Iterable[Alarm]) -> None:
    """Print what would move, and the alarms that would be watched, as JSON."""
    functions = [
        {
            "function": part.name,
            "live": part.state.version,
            "weights": dict(part.state.weights),
            "target": part.target,
        }
        for part in given.parts
    ]
    watched = [
        {"alarm": alarm.name, "firing": alarm.firing, "seconds": alarm.seconds} for alarm in alarms
    ]
    status = {"release": given.release, "resumed": given.resumed}
    print(json.dumps({**status, "functions": functions, "alarms": watched}, indent=2))


def step(part: Part) -> None:
    """Print where a function's calls go now."""
    where = f"all calls to version {part.state.version}"
    if part.state.weights:
        where = ", ".join(
            f"{share:.0%} of calls to version {version}"
            for version, share in part.state.weights.items()
        )
    say(f"{part.name}: {where}")


def firing(alarms: Iterable[Alarm]) -> None:
    """Print alarms that are firing, and why."""
    for alarm in alarms:
        say(f"alarm {alarm.name} is firing: {alarm.reason}")


def deaf(alarms: Iterable[Alarm], seconds: float) -> None:
    """Print which alarms need more time to fire than they are watched."""
    for alarm in alarms:
        if alarm.seconds is not None and alarm.seconds > seconds:
            print(
                f"  note: {alarm.name} needs {span(alarm.seconds)} to fire, and is watched for "
                f"{span(seconds)}. Use a larger --minutes."
            )


def summary(parts: Sequence[Part], how: str) -> None:
    """Print the result, and the version of each function."""
    width = max(len(part.name) for part in parts)
    print(f"\n{how}\n  {'FUNCTION':{width}}  LIVE VERSION")
    for part in parts:
        print(f"  {part.name:{width}}  {part.state.version}{_now(part)}")


def say(text: str) -> None:
    """Print a line with the time, in UTC."""
    print(f"{time.strftime('%H:%M:%S', time.gmtime())}  {text}", flush=True)


def span(seconds: float) -> str:
    """Return a time span in minutes, to a tenth; in seconds if it is less than one."""
    return f"{round(seconds / 60, 1):g} min" if seconds >= 60 else f"{seconds:g} s"


def _now(part: Part) -> str:
    shares = [f"{share:.0%} at {version}" for version, share in part.state.weights.items()]
    return f", now {', '.join(shares)}" if shares else ""
