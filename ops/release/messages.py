"""What is printed: the plan, a line for each thing that is done, and a summary."""

import time
from collections.abc import Iterable, Sequence

from ops.release.alarms import Alarm
from ops.release.moves import Part, Plan


def plan(given: Plan, *, back: bool) -> None:
    """Print what is to be moved, before anything is."""
    begun = " (it was begun already)" if given.resumed and not back else ""
    print(f"{'Taking back release' if back else 'Release'} {given.release}{begun}:")
    for part in given.parts:
        where = f"{part.state.version} to {part.target}{_now(part)}"
        print(f"  {part.name}: version {part.target if part.done else where}")


def step(part: Part) -> None:
    """Print where a function's calls go now."""
    where = f"all calls to version {part.state.version}"
    if part.state.weights:
        where = ", ".join(
            f"{share:.0%} of calls to version {version}"
            for version, share in part.state.weights.items()
        )
    say(f"{part.name}: {where}")


def ringing(alarms: Iterable[Alarm]) -> None:
    """Print alarms that ring, and why."""
    for alarm in alarms:
        say(f"alarm {alarm.name} rings: {alarm.reason}")


def deaf(alarms: Iterable[Alarm], seconds: float) -> None:
    """Print which alarms need more time to ring than they are given."""
    for alarm in alarms:
        if alarm.seconds is not None and alarm.seconds > seconds:
            print(
                f"  note: {alarm.name} rings for what lasts {span(alarm.seconds)}, and is watched "
                f"for {span(seconds)}: a longer --minutes lets it"
            )


def summary(parts: Sequence[Part], how: str) -> None:
    """Print the end: where each function is."""
    width = max(len(part.name) for part in parts)
    print(f"\n{how}\n  {'FUNCTION':{width}}  LIVE VERSION")
    for part in parts:
        print(f"  {part.name:{width}}  {part.state.version}{_now(part)}")


def say(text: str) -> None:
    """Print a line with the time, in UTC."""
    print(f"{time.strftime('%H:%M:%S', time.gmtime())}  {text}", flush=True)


def span(seconds: float) -> str:
    """Write a time span in minutes, to a tenth; in seconds if it is none."""
    return f"{round(seconds / 60, 1):g} min" if seconds >= 60 else f"{seconds:g} s"


def _now(part: Part) -> str:
    shares = [f"{share:.0%} at {version}" for version, share in part.state.weights.items()]
    return f", now {', '.join(shares)}" if shares else ""
