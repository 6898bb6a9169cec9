"""Stream of the uploads table: tells the clients that subscribe to an upload what becomes of it."""

from dataclasses import dataclass
from typing import Any

from handlers.domain.live_store import LiveStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.push_uploads.clients import Clients
from handlers.push_uploads.push_uploads import push_uploads
from handlers.runtime import aws, batch
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    users_table: str
    uploads_table: str
    live_table: str
    live_endpoint: str


def dependencies(settings: Settings) -> tuple[UserStore, UploadStore, LiveStore, Clients]:
    """Return the users, their uploads, the subscribers, and what sends to clients."""
    dynamodb = aws.client("dynamodb", read_timeout=2, attempts=2)
    connections = aws.client(
        "apigatewaymanagementapi",
        read_timeout=1,
        attempts=2,
        endpoint=settings.live_endpoint,
    )
    return (
        UserStore(dynamodb, settings.users_table),
        UploadStore(dynamodb, settings.uploads_table),
        LiveStore(dynamodb, settings.live_table),
        Clients(connections),
    )


@entrypoint(Settings, dependencies)
def handler(
    event: dict[str, Any],
    _context: object,
    users: UserStore,
    uploads: UploadStore,
    live: LiveStore,
    clients: Clients,
) -> batch.Response:
    """Answer the event source mapping with the first record that failed, if one did."""
    failed = push_uploads(
        event["Records"], users=users, uploads=uploads, live=live, clients=clients
    )
    return batch.respond([] if failed is None else [failed])
