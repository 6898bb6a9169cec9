"""Reads the parameters of a query string, and says what is wrong with them."""

import re
from typing import Annotated, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import Request

from ops.events.model import Outcome

MOST_ROWS = 200
_MOST_BIGINT = 2**63 - 1
_LATEST = 253_402_300_799  # the end of the year 9999
_WHERE = re.compile(r"(?P<expected>.*?)(?: - at `\$\.(?P<name>\w+)`)?$", re.DOTALL)
_LONGEST_SHOWN = 40

Text = Annotated[str, Meta(max_length=1_000)]
Query = TypeVar("Query", bound=Struct)


class BadQuery(ValueError):
    """A parameter is wrong; the text says which, its value, and what is allowed."""


class Which(Struct, forbid_unknown_fields=True):
    """The causes to return, and whether each is returned in full."""

    limit: Annotated[int, Meta(ge=1, le=MOST_ROWS)] = 100
    before: Text | None = None
    function: Text | None = None
    outcome: Outcome | None = None
    text: Text | None = None
    since: Annotated[float, Meta(ge=0, le=_LATEST)] | None = None
    whole: bool = False


class One(Struct, forbid_unknown_fields=True):
    """Whether a cause is returned in full."""

    whole: bool = False


class Since(Struct, forbid_unknown_fields=True):
    """The number of the last change that a page knows."""

    after: Annotated[int, Meta(ge=0, le=_MOST_BIGINT)] | None = None


class StoredFile(Struct, forbid_unknown_fields=True):
    """The key of a file, and whether to save it."""

    key: Annotated[str, Meta(min_length=1, max_length=1_024)]
    save: bool = False


class Picture(Struct, forbid_unknown_fields=True):
    """A number that makes a browser load the picture again."""

    version: Annotated[int, Meta(ge=0, le=_MOST_BIGINT)] = 0


class Nothing(Struct, forbid_unknown_fields=True):
    """No parameter."""


def read(request: Request, form: type[Query]) -> Query:
    """Return the parameters of a request; one without a value is not given, or true.

    Raises:
        BadQuery: one is unknown, or not as it must be.
    """
    flags = [field.name for field in msgspec.structs.fields(form) if field.type is bool]
    given = dict(request.query_params)
    left_out = {field for field in form.__struct_fields__ if field not in flags}
    given = {name: text or "true" for name, text in given.items() if text or name not in left_out}
    try:
        return msgspec.convert(given, form, strict=False)
    except msgspec.ValidationError as error:
        found = _WHERE.fullmatch(str(error))
        name = found["name"] if found else None
        if found is None or name is None:
            raise BadQuery(f"{error}. Known: {', '.join(form.__struct_fields__)}.") from None
        expected = found["expected"][:1].lower() + found["expected"][1:]
        raise BadQuery(f"{name} is {given[name][:_LONGEST_SHOWN]!r}: {expected}.") from None
