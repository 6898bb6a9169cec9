"""The trace: one id for a request, an upload or a message, and for all that follows from it.

Log records have it as the field ``trace``. So does everything that passes the work on: the user's
item, a message's attribute, a file's metadata, an e-mail's tag. ``app trace`` finds the records by
it.

An id may come from outside: API Gateway lets callers choose the request's id, and whoever may send
a message chooses its attributes. So only ids of AWS's own forms count, which have no room for a
name or an address. Nothing else may depend on the id.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

Form = TypeVar("Form")

NAME = "trace"
"""The name of the field, the attribute, the metadata and the tag."""

# UUIDs and DynamoDB's event ids; S3's request ids.
_FORM = re.compile(r"[0-9A-Fa-f-]{16,64}|[0-9A-Z]{16}")

_SOURCES = (
    (NAME,),
    ("messageAttributes", NAME, "stringValue"),
    ("messageId",),
    ("dynamodb", "NewImage", NAME, "S"),
    ("eventID",),
    ("responseElements", "x-amz-request-id"),
)
"""Where the input of a state machine, or a record of SQS, of a stream or of S3 has its trace: the
cause's, or else its own id."""

_current: ContextVar[str | None] = ContextVar(NAME, default=None)


def current() -> str | None:
    """Return the trace of what is handled now; None outside of an invocation."""
    return _current.get()


@contextmanager
def invocation(event: object, context: object) -> Iterator[None]:
    """Set the trace of an invocation: the id of the API's request, or else Lambda's own.

    For a request to AppSync, it is X-Ray's id: AppSync passes no other one.

    Args:
        event: any event.
        context: Lambda's context object; None outside of Lambda.
    """
    request = _at(event, ("requestContext", "requestId")) or _x_ray(event)
    before = _current.set(_first(request, getattr(context, "aws_request_id", None)))
    try:
        yield
    finally:
        _current.reset(before)


@contextmanager
def of(record: object) -> Iterator[None]:
    """Set the trace of one of an invocation's records within the block.

    An error that leaves the block keeps it, so that the error is logged with the record's trace.
    """
    found = _first(*(_at(record, path) for path in _SOURCES), _current.get())
    before = _current.set(found)
    yield
    _current.reset(before)


def named(form: Callable[[str], Form]) -> dict[str, Form]:
    """Return the trace under its name, as ``form`` makes it, to send or store; or nothing."""
    trace = _current.get()
    return {} if trace is None else {NAME: form(trace)}


def is_trace(value: object) -> bool:
    """Check that a value has the form of a trace."""
    return isinstance(value, str) and _FORM.fullmatch(value) is not None


def _x_ray(event: object) -> str | None:
    """Return X-Ray's id of the request that a batch of AppSync's contexts is of, or None."""
    first = event[0] if isinstance(event, list) and event else None
    header = str(_at(first, ("request", "headers", "x-amzn-trace-id")) or "")
    fields = dict(part.partition("=")[::2] for part in header.split(";"))
    return fields.get("Root")


def _first(*values: object) -> str | None:
    return next((str(value) for value in values if is_trace(value)), None)


def _at(value: Any, path: tuple[str, ...]) -> object:
    """Return what is at a path within JSON of any form; None if there is nothing."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value
