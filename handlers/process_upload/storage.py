"""The bucket: uploads are read, results written, and whole objects copied inside S3."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from botocore.exceptions import BotoCoreError, ClientError

PART_BYTES = 128 * 1024 * 1024
"""Objects are copied in parts of this size, ten at a time; 10,000 of them make 1.2 TB.

A single CopyObject takes as long as the object is large, and 5 GB at most.
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
    """The object, or that version of it, exists no more."""


class StorageError(Exception):
    """S3 did not do what was asked; worth another try. Says nothing of the object's key."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """An upload being read.

    Attributes:
        key: its key.
        version: its version, or nothing in a bucket without versions.
        size: bytes.
        etag: as S3 gives it, with quotes.
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
        """Read on, at most ``size`` bytes; nothing at the end.

        Raises:
            StorageError: the connection broke.
        """
        with _wordless():
            content: bytes = self.body.read(size)
        return content


class Storage:
    """One bucket."""

    def __init__(self, client: Any, bucket: str, *, part_bytes: int = PART_BYTES) -> None:
        self._client = client
        self._bucket = bucket
        self._part_bytes = part_bytes

    @contextmanager
    def open(
        self, key: str, version: str | None, *, only_bytes: int | None = None
    ) -> Iterator[Source]:
        """Begin to read an object (``s3:GetObject``, of a version ``s3:GetObjectVersion``).

        With ``only_bytes``, of an object that is not empty, no more than its first so many are
        sent. Without it S3 sends on until the body is closed: megabytes, if nobody reads them.

        Raises:
            Gone: only if the function may list the bucket; S3 answers 403 otherwise.
            StorageError: see there.
        """
        with _wordless():
            answer = self._client.get_object(
                Bucket=self._bucket,
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
        """Read an object's last ``size`` bytes, or all of it; not for empty objects.

        Raises:
            Gone, StorageError: see there.
        """
        with _wordless():
            answer = self._client.get_object(
                Bucket=self._bucket, Range=f"bytes=-{size}", **_place(source)
            )
            content: bytes = answer["Body"].read()
        return content

    def put(self, key: str, body: IO[bytes] | bytes, *, content_type: str, of: Source) -> None:
        """Write a result, which names the upload's version it was made of (``s3:PutObject``).

        Raises:
            StorageError: see there.
        """
        with _wordless():
            self._client.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=body,
                ContentType=content_type,
                Metadata=_metadata(of),
            )

    def copy(self, source: Source, key: str) -> None:
        """Copy an object of any size inside S3 (the rights to read and write it, no others).

        Its content and headers are kept. User metadata, tags and annotations are left out: tags and
        annotations would need rights of their own, and all stay with the upload.

        Raises:
            Gone, StorageError: see there.
        """
        # Loaded by the first copy, and not at INIT: most uploads are parsed.
        from handlers.process_upload import transfer

        arguments = {
            **source.headers,
            "Metadata": _metadata(source),
            "MetadataDirective": "REPLACE",
            "TaggingDirective": "REPLACE",
            "AnnotationDirective": "EXCLUDE",
        }
        with _wordless():
            transfer.copy(
                self._client,
                source,
                {"Bucket": self._bucket, **_place(source)},
                bucket=self._bucket,
                key=key,
                arguments=arguments,
                part_bytes=self._part_bytes,
            )


def _size(answer: dict[str, Any]) -> int:
    """Return the size of the whole object; a range's answer has it as ``bytes 0-9/1234``."""
    whole = answer.get("ContentRange", "").rpartition("/")[2]
    return int(whole or answer["ContentLength"])


def _place(source: Source) -> dict[str, str]:
    return {"Key": source.key} | ({"VersionId": source.version} if source.version else {})


def _metadata(source: Source) -> dict[str, str]:
    return {"upload-version": source.version} if source.version else {}


@contextmanager
def _wordless() -> Iterator[None]:
    """Replace botocore's errors, whose words hold object keys, by ours."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code in _GONE:
            raise Gone("the object exists no more") from None
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode")
        raise StorageError(f"{error.operation_name}: {code} (HTTP {status})") from None
    except BotoCoreError as error:
        raise StorageError(f"S3 cannot be reached or broke off: {type(error).__name__}") from None
