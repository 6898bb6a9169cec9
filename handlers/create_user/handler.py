"""``POST /users``: stores a user, once.

Outcomes: ``created``, ``replayed`` (the first answer again), ``invalid``, ``too_large``,
``email_taken``, ``key_reused``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from handlers.create_user.request import InvalidRequest, parse_idempotency_key, parse_new_user
from handlers.domain.user import NewUser, UserCreated
from handlers.domain.user_store import EmailTaken, KeyReused, Stored, UserStore
from handlers.runtime import aws, deadline, http
from handlers.runtime.log import outcome
from handlers.runtime.settings import load
from handlers.runtime.start import at_init

MAX_BODY_BYTES = 8192
"""A name of 100 and an address of 254 characters fit in 5 KB, however they are escaped."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function's environment holds."""

    users_table: str
    ledger_table: str
    cors_origins: str


class Users(Protocol):
    """Where users are stored."""

    def create(self, new: NewUser, *, idempotency_key: str | None) -> Stored:
        """Store a user, or give the one that the key stored: see ``UserStore.create``."""


def create_user(event: http.Event, users: Users) -> http.Response:
    """Answer a request to create a user.

    Args:
        event: API Gateway's proxy event.
        users: stores the user.
    """
    try:
        key = parse_idempotency_key(http.header(event, "Idempotency-Key"))
        new = parse_new_user(http.body(event, limit=MAX_BODY_BYTES))
        stored = users.create(new, idempotency_key=key)
    except http.InvalidBody:
        return http.refuse(400, "invalid", "Invalid request body")
    except InvalidRequest as error:
        return http.refuse(400, "invalid", str(error))
    except http.BodyTooLarge:
        return http.refuse(
            413,
            "too_large",
            f"Request body is too large: at most {MAX_BODY_BYTES} bytes are allowed, which is "
            "plenty for a name and an email",
        )
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


@cache
def _dependencies() -> tuple[Settings, UserStore]:
    settings = load(Settings)
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    return settings, UserStore(client, settings.users_table, ledger_table=settings.ledger_table)


def handler(event: http.Event, context: Any) -> http.Response:
    """Answer API Gateway."""
    deadline.begin(context)
    settings, users = _dependencies()
    return http.serve(
        event,
        lambda: create_user(event, users),
        failed="Failed to create user",
        cors_origins=settings.cors_origins,
    )


at_init(_dependencies)
