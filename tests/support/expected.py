"""What a function's folder says of it, for the tests of the whole system."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import Any

BUSY = {"status": 503, "retry": "2"}
"""The answer of a function of the API when AWS does not answer it."""

BUSY_FIELD = {
    "data": None,
    "errorType": "busy",
    "errorMessage": "Service busy, try again later",
}
"""The same for a value that GraphQL asks for."""


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One function, as the tests of the whole system expect it.

    Attributes:
        trigger: in the words of ``make plan``; ``none`` if it is invoked by hand.
        services: whose AWS clients it makes; the first is the one it needs for any event.
        alarms: what may fire because of it, beside those that every function has.
        dead_letters: its dead-letter queues, and the kind of each.
        unanswered: what it returns for its sample event when AWS does not answer; the name of the
            exception if it raises one.
        logs: the fields that its own sources log: ids, numbers, and words of a short fixed set.
            Think about a new one: can it ever hold a name, an address, a text that somebody sent,
            or the key of an object?
        stops_in_time: it ends by itself when AWS hangs, even if it has only five seconds.
        environment: variables that its sample event needs in tests that run it with a fake AWS.
        internet: it calls what no VPC endpoint reaches, so it runs outside of the stack's network.
        native: packages of its image that hold compiled libraries.
    """

    trigger: str
    services: tuple[str, ...]
    unanswered: Any
    alarms: tuple[str, ...] = ()
    dead_letters: Mapping[str, str] = field(default_factory=dict)
    logs: Set[str] = frozenset()
    stops_in_time: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)
    internet: bool = False
    native: Set[str] = frozenset({"msgspec"})

    @property
    def is_scheduled(self) -> bool:
        """True if a schedule invokes it."""
        return re.match(r"(rate|cron|at)\(", self.trigger) is not None


def unprocessed(event: Any) -> dict[str, Any]:
    """Return the response of a function that processed none of an event's messages."""
    return {
        "batchItemFailures": [{"itemIdentifier": each["messageId"]} for each in event["Records"]]
    }
