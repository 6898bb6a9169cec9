"""Getting the figures: from the request to the response.

Outcomes: ``read``, ``invalid``.
"""

from handlers.domain.activity import Activity
from handlers.domain.activity_range import figures
from handlers.domain.activity_store import ActivityStore
from handlers.runtime import http
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused


def get_activity(event: http.Event, store: ActivityStore) -> http.Response:
    """Answer a request for the figures of a range of days.

    The figures belong to nobody: whoever the API lets in with the scope may read them.

    Args:
        event: API Gateway's proxy event.
        store: the figures.
    """
    query: dict[str, str] = event.get("queryStringParameters") or {}
    try:
        days = figures(query.get("from", ""), query.get("to", ""), store)
    except Refused as refused:
        return http.refuse(refused.status, refused.outcome, str(refused))
    outcome("read", status=200, count=len(days))
    return http.respond(200, Activity(days))
