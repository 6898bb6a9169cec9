"""The dead-letter queues of a stack, as its output ``dead_letters`` names them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ops.errors import WrongUsage
from ops.redrive.errors import RedriveError

OUTPUT = "dead_letters"
Kind = Literal["queue", "function", "stream"]


@dataclass(frozen=True, kw_only=True)
class Source:
    """One dead-letter queue, and where its messages go back to.

    Attributes:
        name: logical name, such as ``emails-dead-letters``.
        url: URL of the queue.
        kind: ``queue``: messages that SQS moved here. ``function``: events of a function that is
            invoked asynchronously. ``stream``: positions of records in a DynamoDB stream.
        target: URL of the queue that the messages came from, or ARN of the function's alias.
    """

    name: str
    url: str
    kind: Kind
    target: str

    @property
    def target_name(self) -> str:
        """The target for people: ``queue emails-3f2a91c`` or ``function cleanup-3f2a91c:live``."""
        if self.kind == "queue":
            return f"queue {self.target.rpartition('/')[2]}"
        return f"function {self.target.partition(':function:')[2]}"


def sources(outputs: Mapping[str, Any]) -> dict[str, Source]:
    """Return a stack's dead-letter queues by name, from its outputs.

    Raises:
        RedriveError: the stack has none.
    """
    found = outputs.get(OUTPUT)
    if not found:
        raise RedriveError(
            f"The stack has no output `{OUTPUT}`. It was deployed by an older version of this "
            "project: deploy it again."
        )
    return {name: Source(name=name, **entry) for name, entry in sorted(found.items())}


def find(known: Mapping[str, Source], name: str) -> Source:
    """Return one queue by its logical name.

    Raises:
        WrongUsage: there is none of that name; the message lists those that exist.
    """
    if name not in known:
        raise WrongUsage(f"There is no dead-letter queue {name!r}. Queues: {', '.join(known)}.")
    return known[name]
