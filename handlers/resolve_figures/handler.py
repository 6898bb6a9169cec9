"""GraphQL: resolves figures by day.

Outcomes: those of ``resolve_figures``, and ``busy``, ``failed`` and ``unauthorized`` of
``resolver``.
"""

from dataclasses import dataclass

from handlers.domain.activity_store import ActivityStore
from handlers.resolve_figures.resolve_figures import fields
from handlers.runtime import aws, resolver
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    activity_table: str
    resource_server: str


def dependencies(settings: Settings) -> tuple[ActivityStore, str]:
    """Return the figures, and what the names of scopes begin with."""
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    return ActivityStore(client, settings.activity_table), settings.resource_server


@entrypoint(Settings, dependencies)
def handler(
    contexts: list[resolver.Context], _context: object, store: ActivityStore, resource_server: str
) -> list[resolver.Answer]:
    """Answer AppSync."""
    return resolver.answer(contexts, fields(store), resource_server=resource_server)
