"""The bounds of a page of a user's uploads, as callers of REST and GraphQL write them."""

import re

from handlers.domain.upload_key import is_upload_id
from handlers.runtime.refused import Refused

MOST = 100
DEFAULT = 20

_PREFIX = "upload_"
_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)


def limit(name: str, text: str | None) -> int:
    """Return how many uploads a page has at most.

    Args:
        name: what callers call it.
        text: the number; None for the default.

    Raises:
        Refused: the text is not a number within the bounds.
    """
    if text is None:
        return DEFAULT
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise Refused(400, "invalid", f"{name} must be a number from 1 to {MOST}")
    return int(text)


def cursor(upload_id: str) -> str:
    """Return where the next page begins. It need not be secret: it is valid for one user only."""
    return upload_id.removeprefix(_PREFIX)


def position(name: str, text: str | None) -> str | None:
    """Return the upload's id that a cursor stands for.

    Args:
        name: what callers call it.
        text: the cursor; None for the first page.

    Raises:
        Refused: no page gave this cursor.
    """
    if text is None:
        return None
    if not is_upload_id(_PREFIX + text):
        raise Refused(400, "invalid", f"{name} must be the one of an earlier page, unchanged")
    return _PREFIX + text
