"""The figures of a day, counted from its entries."""

from collections import Counter
from dataclasses import dataclass
from datetime import date

from handlers.daily_report.figures import EMAIL_TYPES, FILE_OUTCOMES, Figures
from handlers.domain.days import Days


@dataclass(frozen=True, kw_only=True)
class Records(Days):
    """The users table and the ledger, by day."""

    def figures(self, day: date) -> Figures:
        """Return one day's figures, counted entry by entry; exact once the day is over."""
        kinds = {"file": Counter[str](), "email": Counter[str](), "user": Counter[str]()}
        for (kind, outcome), count in self.outcomes(day).items():
            if kind in kinds:
                kinds[kind][outcome] += count
        return Figures(
            day=day,
            users=kinds["user"]["created"],
            files={**dict.fromkeys(FILE_OUTCOMES, 0), **kinds["file"]},
            emails={**dict.fromkeys(EMAIL_TYPES, 0), **kinds["email"]},
        )
