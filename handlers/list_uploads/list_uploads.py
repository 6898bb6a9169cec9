"""Listing a user's uploads: from the request to the response.

Outcomes: ``listed``, ``not_found``, ``invalid``.
"""

import re

from msgspec import UNSET

from handlers.domain.upload import UploadPage
from handlers.domain.upload_key import is_upload_id
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome

MOST = 100
DEFAULT = 20

_PREFIX = "upload_"
_NUMBER = re.compile("[0-9]{1,4}", re.ASCII)


class InvalidRequest(Exception):
    """The request is refused; the text tells the caller why."""


def list_uploads(event: http.Event, *, users: UserStore, uploads: UploadStore) -> http.Response:
    """Answer a request for a page of a user's uploads.

    Args:
        event: API Gateway's proxy event. Its path parameter ``id`` is the user's.
        users: finds the user.
        uploads: finds the uploads.
    """
    user_id = http.path_parameter(event, "id")
    query: dict[str, str] = event.get("queryStringParameters") or {}
    try:
        limit, before = _limit(query.get("limit")), _position(query.get("cursor"))
    except InvalidRequest as error:
        return http.refuse(400, "invalid", str(error))
    if users.get(user_id, caller(event)) is None:
        return http.refuse(404, "not_found", "User not found")
    page, more = uploads.page(user_id, before=before, limit=limit)
    outcome("listed", status=200, user_id=user_id, count=len(page))
    return http.respond(200, UploadPage(page, _cursor(page[-1].id) if more else UNSET))


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT
    if not _NUMBER.fullmatch(text) or not 1 <= int(text) <= MOST:
        raise InvalidRequest(f"limit must be a number from 1 to {MOST}")
    return int(text)


def _cursor(upload_id: str) -> str:
    """Return where the next page begins. It is no secret: it counts among one user's uploads."""
    return upload_id.removeprefix(_PREFIX)


def _position(cursor: str | None) -> str | None:
    """Return the upload's id that a cursor stands for."""
    if cursor is None:
        return None
    if not is_upload_id(_PREFIX + cursor):
        raise InvalidRequest("cursor must be the one of an earlier page, unchanged")
    return _PREFIX + cursor
