"""``app queue``: lists queues, shows messages, and retries them."""

import json
import sys
import time
from dataclasses import asdict

from local.queues import Message, Queues
from local.state import StateDirectory
from local.terminal_json import terminal_json
from ops.redrive import command as redrive
from ops.redrive.messages import age

_STATES = ("waiting", "in_flight", "delayed")


def list_queues(directory: StateDirectory, *, as_json: bool) -> int:
    """Print how many messages each queue holds."""
    queues = _open(directory)
    held = queues.messages()
    rows = []
    for name, messages in held.items():
        counts = {s: sum(message.state == s for message in messages) for s in _STATES}
        letters = queues.dead_letters(name)
        rows.append(
            {"queue": name, **counts, "dead_letters": len(held[letters]) if letters else None}
        )
    if as_json:
        print(terminal_json(rows))
    elif not rows:
        print("The program has no queues.", file=sys.stderr)
    else:
        width = max(map(len, held))
        print(f"{'QUEUE':{width}}  WAITING  IN FLIGHT  DELAYED  DEAD LETTERS")
        for row in rows:
            letters = "-" if row["dead_letters"] is None else f"{row['dead_letters']:,}"
            print(
                f"{row['queue']:{width}}  {row['waiting']:7,}  {row['in_flight']:9,}  "
                f"{row['delayed']:7,}  {letters:>12}"
            )
    return 0


def show(directory: StateDirectory, name: str, *, as_json: bool) -> int:
    """Print the messages of a queue, and leave them as they are."""
    messages = _open(directory).of(name)
    if as_json:
        print(terminal_json([asdict(message) for message in messages]))
    elif not messages:
        print(f"{name} is empty.", file=sys.stderr)
    else:
        print("\n\n".join(_readable(message) for message in messages))
    return 0


def retry(directory: StateDirectory, name: str) -> int:
    """Make the messages of a queue visible, or process those of a dead-letter queue again."""
    state = directory.load()
    aws = state.clients()
    queues = Queues(aws, state.deployed)
    messages = queues.of(name)
    if name in queues.redrivable:
        return redrive.run(
            state.deployed.outputs, aws.client, queue=name, dry_run=False, limit=None, show=False
        )
    hidden = queues.retry(name)
    print(f"{name}: {hidden:,} of {len(messages):,} messages were hidden, and are visible now.")
    return 0


def _open(directory: StateDirectory) -> Queues:
    state = directory.load()
    return Queues(state.clients(), state.deployed)


def _readable(message: Message) -> str:
    """Return one message as text: a line about it, its attributes and its body."""
    now = time.time()
    state = {
        "waiting": "waiting",
        "in_flight": f"in flight, visible again in {age(message.visible - now)}",
        "delayed": f"delayed, visible in {age(message.visible - now)}",
    }[message.state]
    sent = f"sent {age(now - message.sent)} ago"
    lines = [f"{message.id}  {sent}  received {message.receives}  {state}"]
    lines += [
        f"{name}: {terminal_json(attribute.get('StringValue', '(binary)'), indent=None)}"
        for name, attribute in sorted(message.attributes.items())
    ]
    try:
        body = terminal_json(json.loads(message.body))
    except (ValueError, RecursionError):
        body = terminal_json(message.body)
    return "\n  ".join([*lines, *body.split("\n")])
