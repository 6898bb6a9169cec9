"""``GET /activity``: returns the figures of a range of days.

Outcomes: those of ``get_activity``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.activity_store import ActivityStore
from handlers.get_activity.get_activity import get_activity
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    activity_table: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[ActivityStore, str]:
    """Return the figures, and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=3)  # 15 s: a caller waits for it
    return ActivityStore(client, settings.activity_table), settings.cors_origins


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event, _context: object, store: ActivityStore, cors_origins: str
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: get_activity(event, store),
        failed="Failed to get the activity",
        cors_origins=cors_origins,
    )
