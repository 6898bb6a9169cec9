"""GraphQL: resolves fields about uploads.

Outcomes: those of ``resolve_uploads``, and ``busy``, ``failed`` and ``unauthorized`` of
``resolver``.
"""

from dataclasses import dataclass

from handlers.domain.upload_creation import Parts
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.resolve_uploads.resolve_uploads import fields
from handlers.runtime import aws, resolver
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
    resource_server: str


def dependencies(settings: Settings) -> tuple[Parts, str]:
    """Return what uploads are made and read with, and what the names of scopes begin with."""
    client = aws.client("dynamodb", read_timeout=2, attempts=2)  # two or three calls in 25 s
    parts = Parts(
        users=UserStore(client, settings.users_table),
        uploads=UploadStore(client, settings.uploads_table),
        presigner=Presigner(settings.bucket_url, client.meta.region_name, aws.credentials()),
        bucket=settings.bucket,
        most_bytes=settings.max_request_mb * _MEGABYTE,
    )
    return parts, settings.resource_server


@entrypoint(Settings, dependencies)
def handler(
    contexts: list[resolver.Context], _context: object, parts: Parts, resource_server: str
) -> list[resolver.Answer]:
    """Answer AppSync."""
    return resolver.answer(contexts, fields(parts), resource_server=resource_server)
