"""Schedule expressions that can fire.

https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
"""

import calendar
import re
from datetime import datetime
from typing import Annotated, NamedTuple

from pydantic import AfterValidator

from infra.config.section import Form


class _Field(NamedTuple):
    """One field of cron(): its name, its lowest and highest value, and names for values."""

    name: str
    low: int
    high: int
    names: tuple[str, ...] = ()


_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
_WEEKDAYS = ("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT")
_MINUTE, _HOUR = _Field("minutes", 0, 59), _Field("hours", 0, 23)
_DAY, _MONTH = _Field("day of the month", 1, 31), _Field("month", 1, 12, _MONTHS)
_WEEKDAY, _YEAR = _Field("day of the week", 1, 7, _WEEKDAYS), _Field("year", 1970, 2199)
_FIELDS = (_MINUTE, _HOUR, _DAY, _MONTH, _WEEKDAY, _YEAR)

_RATE = r"rate\((1 (minute|hour|day)|([2-9]|[1-9][0-9]{1,8}) (minutes|hours|days))\)"
_PART = "[A-Za-z0-9*?,/#-]+"
# Either the day of the month or the day of the week is "?".
_DAYS = rf"(\? {_PART} {_PART}|{_PART} {_PART} \?)"
_CRON = rf"cron\({_PART} {_PART} {_DAYS} {_PART}\)"
_AT = r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)"
_LONGEST = {"minute": 5_256_000, "hour": 87_600, "day": 3_650}  # ten years


def _fires(expression: str) -> str:
    """Return an expression that names a time that exists, which a pattern cannot tell.

    Whether the time has passed is not asked: a stack whose schedule has fired stays valid.
    """
    kind, _, rest = expression.removesuffix(")").partition("(")
    if kind == "at":
        _check_time(rest)
    elif kind == "rate":
        _check_rate(*rest.split(" "))
    else:
        _check_cron(rest.upper().split(" "))
    return expression


def _check_time(time: str) -> None:
    try:
        datetime.strptime(time, "%Y-%m-%dT%H:%M:%S")
    except ValueError:
        raise ValueError(
            "must be a date and time that exist, such as at(2026-12-31T23:59:00)"
        ) from None


def _check_rate(number: str, unit: str) -> None:
    longest = _LONGEST[unit.removesuffix("s")]
    if int(number) > longest:
        raise ValueError(f"must be rate() of at most {longest} {unit}, which are ten years")


def _check_cron(parts: list[str]) -> None:
    values = [_values(field, part) for field, part in zip(_FIELDS, parts, strict=True)]
    days, months, years = values[2], values[3], values[5]
    # Of the special days (L, W, #), each month has one, or some month has.
    if days and not any(
        day <= calendar.monthrange(year, month)[1]
        for year in years
        for month in months
        for day in days
    ):
        raise ValueError(
            "must name a day that exists: none of the months and years has one of these days of "
            "the month"
        )


def _values(field: _Field, part: str) -> set[int]:
    """Return the values that a field of cron() stands for; none for ? and for special days.

    Raises:
        ValueError: one is out of the field's bounds, or in no form that the field has.
    """
    values: set[int] = set()
    for item in part.split(","):
        if field in (_DAY, _WEEKDAY) and _is_special(field, item):
            return set()
        values |= _range(field, item)
    return values


def _is_special(field: _Field, item: str) -> bool:
    if item in ("?", "L"):
        return True
    if field is _DAY:  # the weekday nearest to a day
        number = item.removesuffix("W")
        return item == "LW" or (item.endswith("W") and _number(field, number) is not None)
    number, _, which = item.partition("#")  # the third Monday; the last Monday
    last = item.endswith("L") and not which
    known = _number(field, item.removesuffix("L") if last else number)
    return known is not None and (last or which in {"1", "2", "3", "4", "5"})


def _range(field: _Field, item: str) -> set[int]:
    span, slash, step = item.partition("/")
    first, dash, last = span.partition("-")
    low = field.low if first == "*" else _number(field, first)
    one = not dash and not slash and first != "*"
    high = low if one else _number(field, last) if dash else field.high
    size = int(step) if re.fullmatch("[0-9]{1,4}", step) else 0 if slash else 1
    wraps = field is not _YEAR  # FRI-MON, 22-4
    if (
        low is None
        or high is None
        or size < 1
        or (first == "*" and dash)
        or (low > high and not wraps)
    ):
        raise ValueError(
            f"must have {field.name} of {field.low} to {field.high}"
            + (f", or {field.names[0]} to {field.names[-1]}" if field.names else "")
            + f", as single values, a-b, a/n, or *; these are {item!r}"
        )
    if low > high:
        high += field.high - field.low + 1
    count = field.high - field.low + 1
    return {(value - field.low) % count + field.low for value in range(low, high + 1, size)}


def _number(field: _Field, text: str) -> int | None:
    if text in field.names:
        return field.low + field.names.index(text)
    if not re.fullmatch("[0-9]{1,4}", text) or not field.low <= int(text) <= field.high:
        return None
    return int(text)


_FORM = Form(
    f"{_RATE}|{_CRON}|{_AT}",
    "rate(1 hour), rate(10 minutes) or the like in minute(s), hour(s) or day(s); cron() of six "
    "fields such as cron(15 0 * * ? *), where the day of the month or that of the week is ?; or "
    "at(2026-12-31T23:59:00)",
)

ScheduleExpression = Annotated[str, _FORM, AfterValidator(_fires)]


def check_schedule(expression: str) -> None:
    """Check an expression that stands in a program, as one in a configuration is checked.

    Raises:
        ValueError: EventBridge Scheduler would refuse it, or it can never fire.
    """
    try:
        _fires(_FORM.check(expression))
    except ValueError as error:
        raise ValueError(f"expression is {expression!r}; {error}") from None
