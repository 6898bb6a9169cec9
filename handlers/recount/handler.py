"""By hand: counts the figures again, from the ledger."""

from dataclasses import dataclass
from typing import Any

from handlers.domain.activity_store import ActivityStore
from handlers.domain.days import Days
from handlers.recount.recount import recount
from handlers.recount.request import parse
from handlers.runtime import aws, deadline
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint

MARGIN_SECONDS = 10
"""Time left at which no further page is begun. One that is cut off anyway does no harm: the next
run counts it again."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    activity_table: str
    ledger_table: str
    users_table: str


def dependencies(settings: Settings) -> tuple[Days, ActivityStore]:
    """Return the entries, and the figures."""
    client = aws.client("dynamodb")
    days = Days(
        dynamodb=client, users_table=settings.users_table, ledger_table=settings.ledger_table
    )
    return days, ActivityStore(client, settings.activity_table)


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any], _context: object, days: Days, store: ActivityStore
) -> dict[str, Any]:
    """Recount the days that the event asks for (see ``request.parse``).

    Returns:
        ``days``, how many were completed; and if time ran out, ``next``: the event with which the
        rest is recounted.

    Raises:
        BadEvent: the event asks for days that cannot be recounted.
        Failed: a day could not be recounted; the log says why. Those before it are done.
    """
    request = parse(event, today=store.today())
    with failures_without_details():
        done, rest = recount(
            request,
            days=days,
            store=store,
            stop=lambda: deadline.seconds_left() < MARGIN_SECONDS,
        )
    return {"days": done, **({"next": rest.event()} if rest else {})}
