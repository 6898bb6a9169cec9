"""``GET /users/{id}/uploads/{upload}``: returns what became of an upload.

Outcomes: those of ``get_upload``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.get_upload.get_upload import get_upload
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint
from handlers.runtime.presign import Presigner


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    uploads_table: str
    bucket_url: str
    cors_origins: str


def dependencies(settings: Settings) -> tuple[UserStore, UploadStore, Presigner, str]:
    """Return the stores, what signs links, and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=2)  # two calls in 20 s
    return (
        UserStore(client, settings.users_table),
        UploadStore(client, settings.uploads_table),
        Presigner(settings.bucket_url, client.meta.region_name, aws.credentials()),
        settings.cors_origins,
    )


@entrypoint(Settings, dependencies)
def handler(
    event: http.Event,
    _context: object,
    users: UserStore,
    uploads: UploadStore,
    presigner: Presigner,
    cors_origins: str,
) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: get_upload(event, users=users, uploads=uploads, presigner=presigner),
        failed="Failed to get the upload",
        cors_origins=cors_origins,
    )
