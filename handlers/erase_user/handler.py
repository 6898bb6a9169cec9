"""The quick steps of the erasure, by their names.

Outcomes: those of ``erase_user``, and ``failed``.
"""

from dataclasses import dataclass
from typing import Any

from handlers.domain.erasure_store import ErasureStore
from handlers.domain.ledger import Ledger
from handlers.erase_user.erase_user import Steps
from handlers.erase_user.traces import Traces
from handlers.runtime import aws, trace
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    erasures_table: str
    users_table: str
    ledger_table: str
    email_queue_url: str


def dependencies(settings: Settings) -> tuple[Steps]:
    """Return the steps."""
    dynamodb = aws.client("dynamodb")
    steps = Steps(
        erasures=ErasureStore(dynamodb, settings.erasures_table),
        ledger=Ledger(dynamodb, settings.ledger_table),
        traces=Traces(
            dynamodb=dynamodb,
            users_table=settings.users_table,
            ledger_table=settings.ledger_table,
            erasures_table=settings.erasures_table,
        ),
        sqs=aws.client("sqs"),
        queue_url=settings.email_queue_url,
    )
    return (steps,)


@entrypoint(Settings, dependencies)
def handler(event: dict[str, Any], _context: object, steps: Steps) -> dict[str, bool]:
    """Answer the state machine.

    Raises:
        Failed: the step failed; the log says why.
    """
    with trace.of(event), failures_without_details():
        return steps.run(event["step"], event["erasure"])
