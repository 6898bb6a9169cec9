"""``POST /users``: creates a user, once.

Outcomes: those of ``create_user``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.create_user.create_user import create_user
from handlers.domain.user_store import UserStore
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    ledger_table: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[UserStore, str]:
    """Return the store of users and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    users = UserStore(client, settings.users_table, ledger_table=settings.ledger_table)
    return users, settings.cors_origins


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event, _context: object, users: UserStore, cors_origins: str
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: create_user(event, users),
        failed="Failed to create user",
        cors_origins=cors_origins,
    )
