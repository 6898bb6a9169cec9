"""The bucket: reads uploads, writes results, and copies whole objects inside S3."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

from handlers.runtime import trace

PART_BYTES = 128 * 1024 * 1024
"""Size of the parts in which objects are copied, ten at a time; 10,000 parts make 1.2 TB.

A single CopyObject takes longer for larger objects, and cannot copy more than 5 GB.
"""

_GONE = {"NoSuchKey", "NoSuchVersion", "MethodNotAllowed", "404"}  # the third: a delete marker
_HEADERS = (
    "CacheControl",
    "ContentDisposition",
    "ContentEncoding",
    "ContentLanguage",
    "ContentType",
)


class Gone(Exception):
    """The object, or this version of it, no longer exists."""


class StorageError(Exception):
    """S3 failed; another attempt may succeed. The text never contains the object's key."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """An upload being read.

    Attributes:
        key: its key.
        version: its version; None in a bucket without versions.
        size: bytes.
        etag: as S3 returns it, with quotes.
        headers: content type and the like, as arguments of ``CopyObject``.
        body: botocore's stream.
    """

    key: str
    version: str | None
    size: int
    etag: str
    headers: dict[str, str]
    body: Any

    def read(self, size: int) -> bytes:
        """Return the next bytes, at most ``size``; none at the end.

        Raises:
            StorageError: the connection broke.
        """
        with _errors_without_keys():
            content: bytes = self.body.read(size)
        return content


class Storage:
    """One bucket."""

    def __init__(self, client: Any, bucket: str, *, part_bytes: int = PART_BYTES) -> None:
        self.bucket = bucket
        self._client = client
        self._part_bytes = part_bytes

    @contextmanager
    def open(
        self, key: str, version: str | None, *, only_bytes: int | None = None
    ) -> Iterator[Source]:
        """Open an object (``s3:GetObject``, of a version ``s3:GetObjectVersion``).

        Args:
            key: the object's key.
            version: its version; None for the newest.
            only_bytes: request no more than this many bytes, of an object that is not empty. S3
                otherwise sends until the body is closed: megabytes, even if nobody reads them.

        Raises:
            Gone: only if the function may list the bucket; otherwise S3 answers 403.
            StorageError: see there.
        """
        with _errors_without_keys():
            answer = self._client.get_object(
                Bucket=self.bucket,
                Key=key,
                **({"VersionId": version} if version else {}),
                **({"Range": f"bytes=0-{only_bytes - 1}"} if only_bytes else {}),
            )
        with closing(answer["Body"]):
            yield Source(
                key=key,
                version=version or answer.get("VersionId"),
                size=_size(answer),
                etag=answer["ETag"],
                headers={name: answer[name] for name in _HEADERS if name in answer},
                body=answer["Body"],
            )

    def tail(self, source: Source, size: int) -> bytes:
        """Return an object's last ``size`` bytes, or all of it. The object must not be empty.

        Raises:
            Gone, StorageError: see there.
        """
        with _errors_without_keys():
            answer = self._client.get_object(
                Bucket=self.bucket, Range=f"bytes=-{size}", **_address(source)
            )
            content: bytes = answer["Body"].read()
        return content

    def put(self, key: str, body: IO[bytes] | bytes, *, content_type: str, source: Source) -> None:
        """Write a result (``s3:PutObject``); its metadata names the upload's version and trace.

        Raises:
            StorageError: see there.
        """
        with _errors_without_keys():
            self._client.put_object(
                Bucket=self.bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                Metadata=_metadata(source),
            )

    def copy(self, source: Source, key: str) -> None:
        """Copy an object of any size inside S3, by the permissions to read and to write it.

        The copy has the same content and headers. User metadata, tags and annotations stay with the
        upload only: tags and annotations would need permissions of their own.

        Raises:
            Gone, StorageError: see there.
        """
        # Loaded for the first copy and not at INIT: most uploads are parsed.
        from handlers.process_upload import transfer

        target = {
            "Bucket": self.bucket,
            "Key": key,
            **source.headers,
            "Metadata": _metadata(source),
            "MetadataDirective": "REPLACE",
            "TaggingDirective": "REPLACE",
            "AnnotationDirective": "EXCLUDE",
        }
        with _errors_without_keys():
            try:
                transfer.copy(
                    self._client,
                    {"Bucket": self.bucket, **_address(source)},
                    target,
                    size=source.size,
                    etag=source.etag,
                    part_bytes=self._part_bytes,
                )
            except transfer.ObjectChanged as error:
                raise StorageError(f"S3 broke off: {type(error).__name__}") from None


def _size(answer: dict[str, Any]) -> int:
    """Return the size of the whole object; the answer to a range has ``bytes 0-9/1234``."""
    whole = answer.get("ContentRange", "").rpartition("/")[2]
    return int(whole or answer["ContentLength"])


def _address(source: Source) -> dict[str, str]:
    return {"Key": source.key} | ({"VersionId": source.version} if source.version else {})


def _metadata(source: Source) -> dict[str, str]:
    return ({"upload-version": source.version} if source.version else {}) | trace.named(str)


@contextmanager
def _errors_without_keys() -> Iterator[None]:
    """Replace botocore's errors, whose texts contain object keys, by our own."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise Gone("the object no longer exists") from None
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise StorageError(f"{error.operation_name}: {code} (HTTP {status})") from None
    except BotoCoreError as error:
        raise StorageError(f"S3 cannot be reached or broke off: {type(error).__name__}") from None
