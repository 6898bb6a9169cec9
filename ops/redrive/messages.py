"""Prints a line for each letter, and a summary."""

import json
import time
from collections import Counter
from collections.abc import Mapping

from ops.redrive.inbox import Counts, Pass
from ops.redrive.letters import Letter, describe
from ops.redrive.sources import Source
from ops.terminal import printable

_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s"))


class Report:
    """Prints letters, and counts the results.

    Attributes:
        done: letters that were sent back or processed, and deleted.
        kept: those that were not, by reason.
    """

    def __init__(self, source: Source, *, payloads: bool) -> None:
        """Begin.

        Args:
            source: the queue that it is about.
            payloads: whether to print the letters' content, which may be personal data.
        """
        self.done = 0
        self.kept: Counter[str] = Counter()
        self._source = source
        self._payloads = payloads

    def head(self, counts: Counts) -> None:
        """Print what the queue holds, before any letter is received."""
        print(
            f"{self._source.name}: about {counts.visible:,} messages, "
            f"{counts.in_flight:,} more in flight; goes back to {self._source.target_name}"
        )

    def letter(self, letter: Letter, result: str = "") -> None:
        """Print one letter: id, age, receipts, description and result."""
        line = f"  {letter.id}  {age(time.time() - letter.sent):>6}  received {letter.receives}"
        print(f"{line}  {describe(letter)}{'  ->  ' if result else ''}{result}", flush=True)
        if self._payloads:
            print(payload(letter), flush=True)

    def processed(self, letter: Letter, how: str) -> None:
        """Count and print a letter that was sent back or processed, and deleted."""
        self.done += 1
        self.letter(letter, how)

    def not_processed(self, letter: Letter, why: str) -> None:
        """Count and print a letter that stays."""
        self.kept[why] += 1
        self.letter(letter, f"kept: {why}")

    def summary(self, visit: Pass, counts: Counts, *, how: str | None) -> None:
        """Print the summary. ``how``: what was done with the letters; None if only shown."""
        if how is None:
            print(f"Seen {visit.seen:,}, and left unchanged.")
        else:
            kept = self.kept.total()
            unsettled = visit.seen - self.done - kept
            print(f"Seen {visit.seen:,}: {self.done:,} {how}, {kept:,} kept.")
            if unsettled:
                print(f"{unsettled:,} in work when it ended: {how}, or still there, or both.")
        for why, number in self.kept.most_common():
            print(f"  {number:,} kept: {why}")
        if visit.newer:
            print(f"{visit.newer:,} left: they were sent after this began.")
        if counts.in_flight:
            print(
                f"{counts.in_flight:,} were in flight when this began, and were not looked at: "
                "somebody else has received them."
            )


def overview(counts: Mapping[Source, Counts]) -> None:
    """Print every queue: what it holds, and where its messages go back to."""
    width = max(len(source.name) for source in counts)
    print(f"{'QUEUE':{width}}  MESSAGES  IN FLIGHT  GOES BACK TO")
    for source, held in counts.items():
        line = f"{source.name:{width}}  {held.visible:8,}  {held.in_flight:9,}"
        print(f"{line}  {source.target_name}")


def age(seconds: float) -> str:
    """Return a time span in its largest unit, rounded down."""
    for unit, name in _UNITS:
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return "0 s"


def payload(letter: Letter) -> str:
    """Return a letter's body and attributes, indented, with control characters escaped."""
    try:
        body = json.dumps(json.loads(letter.body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        body = letter.body
    attributes = [
        f"{name}: {attribute.get('StringValue', '(binary)')}"
        for name, attribute in sorted(letter.attributes.items())
    ]
    return "\n".join(f"      {printable(line)}" for line in [*attributes, *body.split("\n")])
