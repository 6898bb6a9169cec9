"""GraphQL: resolves fields about uploads.

Outcomes: those of ``resolve_uploads``, and ``busy``, ``failed`` and ``unauthorized`` of
``resolver``.
"""

from dataclasses import dataclass

from handlers.domain.upload_creation import Parts, UploadSettings, parts_of
from handlers.resolve_uploads.resolve_uploads import fields
from handlers.runtime import resolver
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings(UploadSettings):
    """The function's environment variables."""

    resource_server: str


def dependencies(settings: Settings) -> tuple[Parts, str]:
    """Return what uploads are requested with, and what the names of scopes begin with."""
    return parts_of(settings), settings.resource_server


@entrypoint(Settings, dependencies)
def handler(
    contexts: list[resolver.Context], _context: object, parts: Parts, resource_server: str
) -> list[resolver.Answer]:
    """Answer AppSync."""
    return resolver.answer(contexts, fields(parts), resource_server=resource_server)
