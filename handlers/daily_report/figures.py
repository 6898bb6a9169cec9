"""One day's figures, and the JSON they are kept as.

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

All figures are counts. The types and outcomes above are always there; others appear when counted.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

FILE_OUTCOMES = ("resized", "extracted", "copied", "rejected")
EMAIL_TYPES = ("welcome", "notification")


class Unreadable(Exception):
    """A stored report is not of the form that this module writes."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """What happened on one UTC day."""

    day: date
    users: int
    files: Mapping[str, int]
    emails: Mapping[str, int]

    @property
    def file_total(self) -> int:
        """Files processed, whatever came of them."""
        return sum(self.files.values())

    @property
    def email_total(self) -> int:
        """E-mails sent, of any type."""
        return sum(self.emails.values())


def to_json(figures: Figures) -> bytes:
    """Write figures; the same figures give the same bytes."""
    report = {
        "day": figures.day.isoformat(),
        "users": {"created": figures.users},
        "files": {"total": figures.file_total, "by_outcome": dict(figures.files)},
        "emails": {"total": figures.email_total, "by_type": dict(figures.emails)},
    }
    return (json.dumps(report, indent=2, sort_keys=True) + "\n").encode()


def from_json(document: bytes) -> Figures:
    """Read what ``to_json`` wrote.

    Raises:
        Unreadable: somebody else wrote it.
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
