"""The facts that the emulator's process reports, one at a time, as they happen.

Reporting must be cheap, so facts hold only what is known at that moment. ``chains.py`` interprets
them later, in a thread of its own.
"""

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Origin:
    """One HTTP request or fired schedule, known from its start to all that it leads to.

    Attributes:
        key: unique in the history.
        time: when it arrived.
        run: the invocation that sent it; None: a person, or a program on this machine.
        api: whether it is a request of the application's API; otherwise it is a call of AWS.
        invoke: whether it invokes a function by name.
        denied: the action and the ARN that IAM refused, if it did.
        schedule: physical name of the schedule that fired; then there was no request.
        request: id of a request whose functions do not get it in their events.
    """

    key: str
    time: float
    run: str | None = None
    api: bool = False
    invoke: bool = False
    denied: tuple[str, str] | None = None
    schedule: str | None = None
    request: str | None = None


@dataclass(slots=True)
class Exchange:
    """An HTTP request and its answer, when both are over. Long bodies are cut; sizes are whole."""

    origin: Origin
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    size: int = 0
    ended: float = 0.0
    status: int = 0
    answer_headers: dict[str, str] = field(default_factory=dict)
    answer: bytes = b""
    answer_size: int = 0


@dataclass(slots=True)
class Began:
    """An invocation began.

    Attributes:
        run: its request id.
        function: the function's physical name.
        origin: what led to it, if it is known; otherwise the event's records tell.
        variables: of the function's environment.
    """

    run: str
    function: str
    time: float
    event: Any
    origin: Origin | None = None
    variables: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Ended:
    """An invocation ended; ``result`` is what the emulator's executor returned."""

    run: str
    time: float
    result: dict[str, Any]
    cold: bool | None = None


@dataclass(slots=True)
class Linked:
    """A request put something where a trigger finds it: a message or a stream's record.

    ``text`` has its content, so that it can be distinguished from the others of a batch.
    """

    item: str
    origin: Origin
    text: str = ""


@dataclass(slots=True)
class Lost:
    """Something was sent to a dead-letter queue: items of ``Linked``, or what an origin began."""

    id: str
    queue: str
    time: float
    items: list[str] = field(default_factory=list)
    origin: Origin | None = None


Fact = Exchange | Began | Ended | Linked | Lost
