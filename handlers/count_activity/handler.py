"""Stream of the ledger: counts what its entries record, by day and figure."""

from dataclasses import dataclass
from typing import Any

from handlers.count_activity.count_activity import count_activity
from handlers.domain.activity_store import ActivityStore
from handlers.runtime import aws, batch
from handlers.runtime.asynchronous import failures_without_details
from handlers.runtime.entrypoint import entrypoint


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The function's environment variables."""

    activity_table: str


def dependencies(settings: Settings) -> tuple[ActivityStore]:
    """Return the figures."""
    return (ActivityStore(aws.client("dynamodb"), settings.activity_table),)


@entrypoint(Settings, dependencies)
def handler(event: dict[str, Any], _context: object, store: ActivityStore) -> batch.Response:
    """Answer the event source mapping with the first record that is invalid, if one is.

    Raises:
        Failed: the figures could not be written; the log says why.
    """
    with failures_without_details():
        invalid = count_activity(event["Records"], store)
    return batch.respond([] if invalid is None else [invalid])
