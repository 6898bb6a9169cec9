"""Creating a user: from the request to the response.

Outcomes: ``created``, ``replayed`` (the first answer again), ``invalid``, ``too_large``,
``email_taken``, ``key_reused``.
"""

from handlers.create_user.request import MAX_BODY_BYTES, InvalidRequest, parse_new_user
from handlers.domain.access import owner_of
from handlers.domain.idempotency import InvalidKey, parse_idempotency_key
from handlers.domain.user import UserCreated
from handlers.domain.user_store import EmailTaken, KeyReused, UserStore
from handlers.runtime import http
from handlers.runtime.caller import caller, own
from handlers.runtime.log import outcome


def create_user(event: http.Event, users: UserStore) -> http.Response:
    """Answer a request to create a user.

    Args:
        event: API Gateway's proxy event.
        users: stores the user.
    """
    try:
        body = http.body(event, limit=MAX_BODY_BYTES)
        key = parse_idempotency_key(http.header(event, "Idempotency-Key"))
        stored = users.create(
            parse_new_user(body),
            idempotency_key=None if key is None else own(event, key),
            owner=owner_of(caller(event)),
        )
    except http.BodyTooLarge:
        return http.refuse(
            413,
            "too_large",
            f"Request body is too large: at most {MAX_BODY_BYTES} bytes are allowed, which is "
            "plenty for a name and an email",
        )
    except http.InvalidBody:
        return http.refuse(400, "invalid", "Invalid request body")
    except (InvalidRequest, InvalidKey) as error:
        return http.refuse(400, "invalid", str(error))
    except EmailTaken:
        return http.refuse(409, "email_taken", "A user with this email already exists")
    except KeyReused:
        return http.refuse(
            422,
            "key_reused",
            "This Idempotency-Key was used with another body; send a new key with a new request",
        )
    outcome("replayed" if stored.replayed else "created", status=201, user_id=stored.user.id)
    return http.respond(
        201,
        UserCreated(stored.user),
        headers={"Idempotent-Replayed": "true"} if stored.replayed else None,
    )
