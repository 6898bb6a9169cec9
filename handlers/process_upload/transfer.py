"""Copies of S3 objects of any size, in parts. ``storage`` loads this module for the first copy."""

from typing import Any

from s3transfer.exceptions import S3CopyFailedError
from s3transfer.manager import TransferConfig, TransferManager
from s3transfer.subscribers import BaseSubscriber

ObjectChanged = S3CopyFailedError
"""The object was replaced during the copy."""


def copy(
    client: Any,
    source: dict[str, str],
    target: dict[str, Any],
    *,
    size: int,
    etag: str,
    part_bytes: int,
) -> None:
    """Copy an object inside S3.

    Args:
        client: botocore's S3 client.
        source: ``Bucket``, ``Key`` and perhaps ``VersionId`` of the object.
        target: ``Bucket`` and ``Key`` of the copy, and further arguments of ``CopyObject``.
        size: the object's size in bytes.
        etag: the object's, as S3 returned it.
        part_bytes: size of the parts; larger objects are copied in parts, ten at a time.

    Raises:
        ObjectChanged: see there.
        botocore.exceptions.BotoCoreError, ClientError: S3 failed.
    """
    config = TransferConfig(multipart_threshold=part_bytes, multipart_chunksize=part_bytes)
    arguments = dict(target)
    bucket, key = arguments.pop("Bucket"), arguments.pop("Key")
    # The threads end with the block, because the next file's parser needs a process without them.
    with TransferManager(client, config) as transfers:
        known = _KnownObject(size, etag)
        transfers.copy(source, bucket, key, extra_args=arguments, subscribers=[known]).result()


class _KnownObject(BaseSubscriber):
    """Passes size and ETag to the transfer, which would otherwise ask S3 for them."""

    def __init__(self, size: int, etag: str) -> None:
        self._size = size
        self._etag = etag

    def on_queued(self, future: Any, **_: Any) -> None:
        future.meta.provide_transfer_size(self._size)
        future.meta.provide_object_etag(self._etag)
