"""``GET /users/{id}/uploads``: returns a page of a user's uploads.

Outcomes: those of ``list_uploads``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.list_uploads.list_uploads import list_uploads
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    uploads_table: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[UserStore, UploadStore, str]:
    """Return the stores and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=2)  # two calls in 20 s
    return (
        UserStore(client, settings.users_table),
        UploadStore(client, settings.uploads_table),
        settings.cors_origins,
    )


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event,
    _context: object,
    users: UserStore,
    uploads: UploadStore,
    cors_origins: str,
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: list_uploads(event, users=users, uploads=uploads),
        failed="Failed to list uploads",
        cors_origins=cors_origins,
    )
