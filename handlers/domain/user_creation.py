"""Creating a user, by REST or by GraphQL.

Refusals: ``invalid``, ``too_large``, ``email_taken``, ``key_reused``.
"""

from handlers.domain.access import owner_of
from handlers.domain.idempotency import InvalidKey, parse_idempotency_key
from handlers.domain.new_user import MAX_BODY_BYTES, InvalidRequest, parse_new_user
from handlers.domain.user_store import EmailTaken, KeyReused, Stored, UserStore
from handlers.runtime.caller import Caller, key_of
from handlers.runtime.refused import Refused

TOO_LARGE = (
    f"Request body is too large: at most {MAX_BODY_BYTES} bytes are allowed, which is plenty for a "
    "name and an email"
)


def create(body: bytes, *, key: str | None, caller: Caller | None, users: UserStore) -> Stored:
    """Create a user, once.

    Args:
        body: JSON, by the rules of ``parse_new_user``.
        key: the ``Idempotency-Key``.
        caller: who asks.
        users: stores the user.

    Raises:
        Refused: see the module's docstring.
    """
    if len(body) > MAX_BODY_BYTES:
        raise Refused(413, "too_large", TOO_LARGE)
    try:
        key = parse_idempotency_key(key)
        return users.create(
            parse_new_user(body),
            idempotency_key=None if key is None else key_of(caller, key),
            owner=owner_of(caller),
        )
    except (InvalidRequest, InvalidKey) as error:
        raise Refused(400, "invalid", str(error)) from None
    except EmailTaken:
        raise Refused(409, "email_taken", "A user with this email already exists") from None
    except KeyReused:
        raise Refused(
            422,
            "key_reused",
            "This Idempotency-Key was used with another body; send a new key with a new request",
        ) from None
