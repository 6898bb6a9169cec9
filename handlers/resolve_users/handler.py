"""GraphQL: resolves fields about users.

Outcomes: those of ``resolve_users``, and ``busy``, ``failed`` and ``unauthorized`` of ``resolver``.
"""

from dataclasses import dataclass

from handlers.domain.user_store import UserStore
from handlers.resolve_users.resolve_users import fields
from handlers.runtime import aws, resolver
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    ledger_table: str
    resource_server: str


def dependencies(settings: Settings) -> tuple[UserStore, str]:
    """Return the store of users, and what the names of scopes begin with."""
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    users = UserStore(client, settings.users_table, ledger_table=settings.ledger_table)
    return users, settings.resource_server


@entrypoint(Settings, dependencies)
def handler(
    contexts: list[resolver.Context], _context: object, users: UserStore, resource_server: str
) -> list[resolver.Answer]:
    """Answer AppSync."""
    return resolver.answer(contexts, fields(users), resource_server=resource_server)
