"""S3's event notifications, read into uploads.

Their form: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.process_upload import keys

_SEQUENCER_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One object that was created.

    Attributes:
        bucket: the bucket's name.
        key: the decoded key.
        version: the object's version; nothing if the bucket has none, or the event does not say.
        sequence: orders the uploads of one key, compared as strings.
        size: bytes, as the event says.
    """

    bucket: str
    key: str
    version: str | None
    sequence: str
    size: int


def is_test(event: Mapping[str, Any]) -> bool:
    """Whether this is the ``s3:TestEvent`` that S3 sends when a notification is configured."""
    return event.get("Event") == "s3:TestEvent"


def upload(record: Mapping[str, Any]) -> Upload:
    """Read one record of an event.

    Sequencers are hexadecimal and may differ in length: the shorter one is padded with zeros on
    the right (https://repost.aws/knowledge-center/s3-duplicate-sqs-messages). The event's time
    follows, which settles the order where sequencers are all alike, as in the emulator.

    Raises:
        KeyError: not a record of an object.
        UnicodeDecodeError: see ``keys.decode``.
    """
    item = record["s3"]["object"]
    sequencer = item["sequencer"].upper().ljust(_SEQUENCER_DIGITS, "0")
    return Upload(
        bucket=record["s3"]["bucket"]["name"],
        key=keys.decode(item["key"]),
        version=item.get("versionId"),
        sequence=f"{sequencer} {record['eventTime']}",
        size=item.get("size", 0),
    )
