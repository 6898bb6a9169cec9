"""``POST /users/{id}/uploads``: returns a form, by which S3 takes one file.

Outcomes: those of ``request_upload``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.upload_creation import Parts
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.request_upload.request_upload import request_upload
from handlers.runtime import aws, http
from handlers.runtime.entrypoint import entrypoint
from handlers.runtime.presign import Presigner

_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    uploads_table: str
    bucket: str
    bucket_url: str
    max_request_mb: int
    cors_origins: str


def dependencies(settings: Settings) -> tuple[Parts, str]:
    """Return the stores with what signs forms, and the allowed CORS origins."""
    client = aws.client("dynamodb", read_timeout=2, attempts=2)  # two or three calls in 20 s
    parts = Parts(
        users=UserStore(client, settings.users_table),
        uploads=UploadStore(client, settings.uploads_table),
        presigner=Presigner(settings.bucket_url, client.meta.region_name, aws.credentials()),
        bucket=settings.bucket,
        most_bytes=settings.max_request_mb * _MEGABYTE,
    )
    return parts, settings.cors_origins


@entrypoint(Settings, dependencies)
def handler(event: http.Event, _context: object, parts: Parts, cors_origins: str) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: request_upload(event, parts),
        failed="Failed to request an upload",
        cors_origins=cors_origins,
    )
