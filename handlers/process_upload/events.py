"""S3's event notifications: reads records into uploads.

Format: https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from handlers.process_upload import keys

_SEQUENCER_DIGITS = 32


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A created object, as an event describes it.

    Attributes:
        bucket: the bucket's name.
        key: the decoded key.
        version: the object's version; None if the event names none.
        sequence: orders the uploads of one key; compared as a string.
        size: bytes.
    """

    bucket: str
    key: str
    version: str | None
    sequence: str
    size: int


def is_test(event: Mapping[str, Any]) -> bool:
    """Check for the ``s3:TestEvent`` that S3 sends when a notification is configured."""
    return event.get("Event") == "s3:TestEvent"


def is_upload(upload: Upload, bucket: str) -> bool:
    """Check that an object is an upload: not, say, an output or the marker of an empty folder."""
    is_folder = upload.key.endswith("/") and upload.size == 0
    return upload.bucket == bucket and upload.key.startswith(keys.UPLOADS) and not is_folder


def upload(record: Mapping[str, Any]) -> Upload:
    """Read one record of an event.

    Sequencers are hexadecimal and differ in length; they compare after padding with zeros on the
    right (https://repost.aws/knowledge-center/s3-duplicate-sqs-messages). The event's time decides
    where sequencers are equal, as in the emulator.

    Raises:
        KeyError: the record does not describe an object.
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
