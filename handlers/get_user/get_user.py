"""Reading a user: from the request to the response.

Outcomes: ``found``, ``not_found``, ``invalid``.
"""

from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome


def get_user(event: http.Event, users: UserStore) -> http.Response:
    """Answer a request for a user.

    Args:
        event: API Gateway's proxy event. Its path parameter ``id`` is URL-decoded.
        users: reads the user.
    """
    user_id = http.path_parameter(event, "id")
    if not user_id.strip(" "):
        return http.refuse(400, "invalid", "User ID is required")
    user = users.get(user_id, caller(event))
    if user is None:
        return http.refuse(404, "not_found", "User not found")
    outcome("found", status=200, user_id=user.id)
    return http.respond(200, user)
