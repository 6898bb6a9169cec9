"""Copies of S3 objects of any size, in parts; loaded when the first one is made."""

from typing import Any

from s3transfer.exceptions import S3CopyFailedError
from s3transfer.manager import TransferConfig, TransferManager
from s3transfer.subscribers import BaseSubscriber

from handlers.process_upload.storage import Source, StorageError


def copy(
    client: Any,
    source: Source,
    place: dict[str, str],
    *,
    bucket: str,
    key: str,
    arguments: dict[str, Any],
    part_bytes: int,
) -> None:
    """Copy an object inside S3.

    Args:
        client: botocore's S3 client.
        source: the object.
        place: its ``Bucket``, ``Key`` and perhaps ``VersionId``.
        bucket: where the copy goes, with ``key``.
        key: the copy's.
        arguments: further ones of ``CopyObject``.
        part_bytes: size of the parts that larger objects are copied in, ten at a time.

    Raises:
        StorageError: the object changed meanwhile.
        botocore.exceptions.BotoCoreError, ClientError: S3 failed.
    """
    config = TransferConfig(multipart_threshold=part_bytes, multipart_chunksize=part_bytes)
    try:
        # Its threads end with the block: a child is forked for the next file.
        with TransferManager(client, config) as transfers:
            transfers.copy(
                place, bucket, key, extra_args=arguments, subscribers=[_Known(source)]
            ).result()
    except S3CopyFailedError as error:
        raise StorageError(f"S3 broke off: {type(error).__name__}") from None


class _Known(BaseSubscriber):
    """Tells the transfer what it would ask S3 for."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def on_queued(self, future: Any, **_: Any) -> None:
        future.meta.provide_transfer_size(self._source.size)
        future.meta.provide_object_etag(self._source.etag)
