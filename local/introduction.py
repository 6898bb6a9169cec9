"""What ``app up`` prints when the stack is up: where it is, and what to try first."""

import json

from local.cloud import Cloud
from local.hints import command, hints
from local.state import State


def introduction(
    cloud: Cloud, state: State, *, execution: str, seconds: float, follows: bool
) -> str:
    """Return the text.

    ``execution`` says how functions run; ``seconds`` is how long the start took. ``follows``: `up`
    prints logs from now on.
    """
    lines = [
        f"Stack {state.stack!r} is up at {state.endpoint} after {seconds:.1f} s, IAM enforced.",
        execution,
        "",
    ]
    for name, value in sorted(cloud.outputs.items()):
        if not isinstance(value, dict):  # those are for programs, such as `redrive`
            lines.append(f"  {name} = {value if isinstance(value, str) else json.dumps(value)}")
    lines += ["", f"See all that happens, in a browser: {cloud.console}", "", "Try:"]
    for title, line in hints(cloud.deployed, viewer=cloud.viewer):
        lines += [f"  # {title}", f"  {line}"]
    return "\n".join([*lines, *(_what_follows(state) if follows else [])])


def _what_follows(state: State) -> list[str]:
    edits = []
    if state.live or not state.instance:  # workers always run the sources
        edits.append("An edit in handlers/ is live on the next call.")
    if state.live:
        edits.append("An edit to the program, its configuration or infra/ is applied in seconds.")
    logs = f"Logs of all functions (also: {command()} logs). Ctrl-C stops everything."
    return ["", *edits, *([""] if edits else []), logs]
