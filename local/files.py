"""Files in the stack's bucket, for those who have no AWS CLI."""

import mimetypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.aws import Aws
from local.errors import LocalError

OUTPUT = "s3_bucket_name"
UPLOADS = "uploads/"
_CHUNK = 1 << 20


@dataclass(frozen=True)
class Stored:
    """One object: its key, its size in bytes, when it was written."""

    key: str
    size: int
    modified: str


class Files:
    """The bucket that the stack exports as ``s3_bucket_name``."""

    def __init__(self, aws: Aws, outputs: dict[str, Any]) -> None:
        if not outputs.get(OUTPUT):
            raise LocalError(
                f"The stack has no output `{OUTPUT}`, so there is no bucket to use. "
                "Export the bucket's name under it in __main__.py."
            )
        self._bucket = str(outputs[OUTPUT])
        self._s3 = aws.client("s3")

    def upload(self, file: Path, key: str) -> None:
        """Store a file of this machine."""
        try:
            with open(file, "rb") as body:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=key,
                    Body=body,
                    ContentType=mimetypes.guess_type(file.name)[0] or "application/octet-stream",
                )
        except OSError as error:
            raise LocalError(f"{file} cannot be read: {error.strerror}.") from None

    def list(self, prefix: str) -> Iterator[Stored]:
        """List objects by key."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix
        )
        for page in pages:
            for item in page.get("Contents", []):
                modified = item["LastModified"].strftime("%Y-%m-%d %H:%M:%S")
                yield Stored(item["Key"], item["Size"], modified)

    def download(self, key: str, file: Path) -> None:
        """Write an object to a new file of this machine."""
        try:
            body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"]
        except self._s3.exceptions.NoSuchKey:
            raise LocalError(
                f"There is no file {key!r}. List them: python -m local files"
            ) from None
        try:
            with open(file, "xb") as target:
                for chunk in body.iter_chunks(_CHUNK):
                    target.write(chunk)
        except FileExistsError:
            raise LocalError(
                f"{file} exists already. Give another name: python -m local download KEY FILE"
            ) from None
        except OSError as error:
            raise LocalError(f"{file} cannot be written: {error.strerror}.") from None
