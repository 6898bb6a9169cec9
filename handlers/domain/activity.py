"""The figures of days, as responses describe them."""

from typing import Annotated

import msgspec

MOST_DAYS = 92
"""Days in one response: three months."""

Day = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        description="A day in UTC.",
        examples=["2026-11-22"],
    ),
]


def _count(description: str, example: int) -> msgspec.Meta:
    return msgspec.Meta(ge=0, description=description, examples=[example])


class DayFigures(msgspec.Struct, frozen=True):
    """What happened on a day."""

    day: Day
    created: Annotated[int, _count("Users created.", 12)]
    welcomed: Annotated[int, _count("Welcome e-mails sent.", 12)]
    processed: Annotated[int, _count("Files resized, extracted or copied.", 8)]
    rejected: Annotated[int, _count("Files that cannot be processed.", 1)]
    failed: Annotated[
        int,
        _count(
            "Files with an attempt that failed although the file is not the cause, each counted "
            "once. A later attempt processes most of them, and they are counted there as well.",
            0,
        ),
    ]


class Activity(msgspec.Struct, frozen=True):
    """The figures of each day of a range, the first day first."""

    days: list[DayFigures]
