"""One cause and all that followed from it: the console, `app events` and `app trace` show these.

Times are seconds since 1970, durations milliseconds. A stack's logs lack some values, such as an
input or an answer: these are None there, and known in the local cloud.
"""

from typing import Any, Literal

from msgspec import Struct, field

CauseKind = Literal["request", "upload", "message", "write", "schedule", "invoke"]
"""How it began: an API request, a file, a message, a write of a table, a schedule, a call by hand.
Only what a person or a clock began is a cause: a file that a function writes is not one."""

Outcome = Literal["running", "ok", "failed", "denied", "rejected", "dead_letter"]
"""The worst of the chain, in this order. ``rejected``: a function refused the input as invalid."""


class Failure(Struct, omit_defaults=True):
    """An exception, or why an answer was refused."""

    type: str
    message: str | None = None
    stack: list[str] = field(default_factory=list)


class LogRecord(Struct, omit_defaults=True):
    """One record of a function's log."""

    time: float
    level: str
    message: str
    fields: dict[str, Any] = field(default_factory=dict)


class Denied(Struct, omit_defaults=True):
    """A call that IAM refused, and the grant that would allow it, as the program writes it."""

    action: str
    resource: str
    grant: str | None = None


class Call(Struct, omit_defaults=True):
    """One call of an AWS service by a function; ``id`` is unique in the history.

    ``resource`` is what it was about, by its name in the program where there is one: a table, a
    queue, ``storage/uploads/a.png``, an e-mail's address. ``hint`` explains an error, if a variable
    of the function is the cause.
    """

    id: str
    time: float
    duration_ms: float
    service: str
    operation: str
    resource: str | None = None
    status: int = 200
    error: str | None = None
    denied: Denied | None = None
    hint: str | None = None
    input: Any = None
    answer: Any = None


class Invocation(Struct, omit_defaults=True):
    """One run of a function, with its log and its calls; ``id`` is Lambda's request id.

    ``follows`` is the call that led to it (a message sent, an item or a file written), or None if
    the cause itself did. A batch of ``batch`` records belongs to the causes of all of them;
    ``event`` has only the records of this cause, and ``failed_items`` those that the answer names.
    ``attempt`` counts from 1 for the same event; of many, some in the middle are left out.
    """

    id: str
    function: str
    time: float
    duration_ms: float | None = None
    cold: bool | None = None
    attempt: int = 1
    batch: int = 1
    follows: str | None = None
    event: Any = None
    answer: Any = None
    failure: Failure | None = None
    failed_items: list[str] = field(default_factory=list)
    logs: list[LogRecord] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)


class DeadLetter(Struct, omit_defaults=True):
    """A message or an event that was given up, and sent to a dead-letter queue."""

    id: str
    time: float
    queue: str
    follows: str | None = None
    reason: str | None = None


class Cause(Struct, omit_defaults=True):
    """One request, upload, message, write, schedule or call by hand, and what followed.

    ``id`` is the trace id in the functions' log records: the API's request id, a message's id, the
    id of the stream's event, S3's request id of the upload, or the first invocation's request id.
    ``signed_by`` is the request whose answer held the URL or form by which a file was uploaded.
    """

    id: str
    kind: CauseKind
    title: str
    time: float
    outcome: Outcome = "running"
    duration_ms: float | None = None
    signed_by: str | None = None
    input: Any = None
    answer: Any = None
    invocations: list[Invocation] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
