"""One day's figures, and their JSON.

A report, ``reports/2026-11-22.json``::

    {
      "day": "2026-11-22",
      "emails": {"by_type": {"notification": 4, "welcome": 12}, "total": 16},
      "files": {
        "by_outcome": {"copied": 1, "extracted": 2, "rejected": 1, "resized": 5},
        "total": 9
      },
      "users": {"created": 12}
    }

All figures are counts. The types and outcomes above are always present, others if counted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

FILE_OUTCOMES = ("resized", "extracted", "copied", "rejected")
EMAIL_TYPES = ("welcome", "notification")


class Unreadable(Exception):
    """A stored report does not have the format that this module writes."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened on one UTC day."""

    day: date
    users: int
    files: Mapping[str, int]
    emails: Mapping[str, int]

    @property
    def file_total(self) -> int:
        """The number of files, of any outcome."""
        return sum(self.files.values())

    @property
    def email_total(self) -> int:
        """The number of e-mails, of any type."""
        return sum(self.emails.values())


def to_json(figures: Figures) -> bytes:
    """Return figures as JSON; equal figures give equal bytes."""
    report = {
        "day": figures.day.isoformat(),
        "users": {"created": figures.users},
        "files": {"total": figures.file_total, "by_outcome": dict(figures.files)},
        "emails": {"total": figures.email_total, "by_type": dict(figures.emails)},
    }
    return (json.dumps(report, indent=2, sort_keys=True) + "\n").encode()


def from_json(document: bytes) -> Figures:
    """Return the figures of a document that ``to_json`` wrote.

    Raises:
        Unreadable: the document has another format.
    """
    try:
        report = json.loads(document)
        figures = Figures(
            day=date.fromisoformat(report["day"]),
            users=_count(report["users"]["created"]),
            files=_counts(report["files"]["by_outcome"]),
            emails=_counts(report["emails"]["by_type"]),
        )
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise Unreadable(f"the report has another form: {type(error).__name__}") from None
    return figures


def _counts(value: Any) -> dict[str, int]:
    return {name: _count(count) for name, count in value.items()}


def _count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError("not a count")
    return value
