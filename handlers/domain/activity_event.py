"""Events, which figures count: one for each of the ledger's entries that has a day.

    figure      kind      outcome
    created     user      created
    welcomed    email     welcome
    processed   file      resized, extracted or copied
    rejected    file      rejected
    failed      attempt   failed

Other entries count in no figure: e-mails of other types, work in progress, Idempotency-Keys.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from handlers.domain.days import kind_and_outcome
from handlers.domain.user_items import created_id

FIGURES = ("created", "welcomed", "processed", "rejected", "failed")

CREATED = "created"

FIGURE_OF = {
    ("user", "created"): CREATED,
    ("email", "welcome"): "welcomed",
    ("file", "resized"): "processed",
    ("file", "extracted"): "processed",
    ("file", "copied"): "processed",
    ("file", "rejected"): "rejected",
    ("attempt", "failed"): "failed",
}


class InvalidEntry(Exception):
    """The entry has a day, and lacks what the entries of every version have."""


@dataclass(frozen=True)
class Event:
    """One thing that happened. Equal events are the same one, which counts once."""

    day: date
    figure: str
    entry_id: str


def event_of(entry: dict[str, Any]) -> Event | None:
    """Return the event of an entry, or None if it counts in no figure.

    Args:
        entry: the ledger's item, or its image in a stream, in DynamoDB's format.

    Raises:
        InvalidEntry: see there.
    """
    kind, outcome = kind_and_outcome(entry)
    try:
        text = entry["day"]["S"]
        day = date.fromisoformat(text)
        entry_id = entry["id"]["S"]
    except (KeyError, TypeError, ValueError):
        raise InvalidEntry("an entry with a day has an id, and its day is a date") from None
    if not kind or not outcome or day.isoformat() != text:
        raise InvalidEntry("an entry with a day has a kind, an outcome and a date")
    figure = FIGURE_OF.get((kind, outcome))
    return None if figure is None else Event(day, figure, entry_id)


def event_of_user(user_id: str, day: date) -> Event:
    """Return the event of a user's creation, equal to that of the ledger's entry."""
    return Event(day, CREATED, created_id(user_id))
