"""``POST /users/{id}/uploads``: returns a form that uploads one file to S3.

Outcomes: those of ``request_upload``, and ``busy`` and ``failed`` of ``http.serve``.
"""

from dataclasses import dataclass

from handlers.domain.upload_creation import Parts, UploadSettings, parts_of
from handlers.request_upload.request_upload import request_upload
from handlers.runtime import http
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings(UploadSettings):
    """The function's environment variables."""

    cors_origins: str


def dependencies(settings: Settings) -> tuple[Parts, str]:
    """Return what uploads are requested with, and the allowed CORS origins."""
    return parts_of(settings), settings.cors_origins


@entrypoint(Settings, dependencies)
def handler(event: http.Event, _context: object, parts: Parts, cors_origins: str) -> http.Response:
    """Answer API Gateway."""
    return http.serve(
        event,
        lambda: request_upload(event, parts),
        failed="Failed to request an upload",
        cors_origins=cors_origins,
    )
