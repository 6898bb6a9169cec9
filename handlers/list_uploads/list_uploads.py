"""Listing a user's uploads: from the request to the response.

Outcomes: ``listed``, ``not_found``, ``invalid``.
"""

from msgspec import UNSET

from handlers.domain import upload_page
from handlers.domain.upload import UploadPage
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused


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
        limit = upload_page.limit("limit", query.get("limit"))
        before = upload_page.position("cursor", query.get("cursor"))
    except Refused as refused:
        return http.refuse(refused.status, refused.outcome, str(refused))
    if users.get(user_id, caller(event)) is None:
        return http.refuse(404, "not_found", "User not found")
    stored, more = uploads.page(user_id, before=before, limit=limit)
    page = [each.upload for each in stored]
    outcome("listed", status=200, user_id=user_id, count=len(page))
    next_page = upload_page.cursor(page[-1].id) if more else UNSET
    return http.respond(200, UploadPage(page, next_page))
