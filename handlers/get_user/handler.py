"""``GET /users/{id}``: reads one user.

Outcomes: ``found``, ``not_found``, ``invalid``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol

from handlers.domain.user import User
from handlers.domain.user_store import UserStore
from handlers.runtime import aws, deadline, http
from handlers.runtime.log import outcome
from handlers.runtime.settings import load
from handlers.runtime.start import at_init


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the function's environment holds."""

    users_table: str
    cors_origins: str


class Users(Protocol):
    """Where users are stored."""

    def get(self, user_id: str) -> User | None:
        """Read a user; None for every other id, those of guards included."""


def get_user(event: http.Event, users: Users) -> http.Response:
    """Answer a request for a user.

    Args:
        event: API Gateway's proxy event, whose path parameter ``id`` is URL-decoded.
        users: gives the user.
    """
    user_id: str = (event.get("pathParameters") or {}).get("id") or ""
    if not user_id.strip(" "):
        return http.refuse(400, "invalid", "User ID is required")
    user = users.get(user_id)
    if user is None:
        return http.refuse(404, "not_found", "User not found")
    outcome("found", status=200, user_id=user.id)
    return http.respond(200, user)


@cache
def _dependencies() -> tuple[Settings, UserStore]:
    settings = load(Settings)
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    return settings, UserStore(client, settings.users_table)


def handler(event: http.Event, context: Any) -> http.Response:
    """Answer API Gateway."""
    deadline.begin(context)
    settings, users = _dependencies()
    return http.serve(
        event,
        lambda: get_user(event, users),
        failed="Failed to get user",
        cors_origins=settings.cors_origins,
    )


at_init(_dependencies)
