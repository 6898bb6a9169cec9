"""Creating a user: from the request to the response.

Outcomes: ``created``, ``replayed`` (the first answer again), ``invalid``, ``too_large``,
``email_taken``, ``key_reused``.
"""

from handlers.domain.new_user import MAX_BODY_BYTES
from handlers.domain.user import UserCreated
from handlers.domain.user_creation import TOO_LARGE, create
from handlers.domain.user_store import UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller
from handlers.runtime.log import outcome
from handlers.runtime.refused import Refused


def create_user(event: http.Event, users: UserStore) -> http.Response:
    """Answer a request to create a user.

    Args:
        event: API Gateway's proxy event.
        users: stores the user.
    """
    try:
        stored = create(
            http.body(event, limit=MAX_BODY_BYTES),
            key=http.header(event, "Idempotency-Key"),
            caller=caller(event),
            users=users,
        )
    except http.BodyTooLarge:
        return http.refuse(413, "too_large", TOO_LARGE)
    except http.InvalidBody:
        return http.refuse(400, "invalid", "Invalid request body")
    except Refused as refused:
        return http.refuse(refused.status, refused.outcome, str(refused))
    outcome("replayed" if stored.replayed else "created", status=201, user_id=stored.user.id)
    return http.respond(
        201,
        UserCreated(stored.user),
        headers={"Idempotent-Replayed": "true"} if stored.replayed else None,
    )
