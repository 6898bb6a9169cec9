"""Reads and writes files in the stack's bucket."""

import mimetypes
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ParamValidationError

from local.aws import Aws
from local.deployed import Deployed
from local.errors import LocalError, WrongUsage

OUTPUT = "s3_bucket_name"
UPLOADS = "uploads/"
_NOTIFICATION = "aws:s3/bucketNotification:BucketNotification"
_CHUNK = 1 << 20
_LONGEST_KEY = 1_024
"""Bytes in UTF-8. https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"""


@dataclass(frozen=True)
class Stored:
    """One object: its key, its size in bytes, when it was written."""

    key: str
    size: int
    modified: str


def key_for(file: Path, key: str | None) -> str:
    """Return the key to store a file under.

    Args:
        file: the file on this machine, which has a name.
        key: a key; or a folder, such as ``uploads/`` or ``uploads``, to which the file's name is
            added. None stands for ``uploads/``.

    Raises:
        WrongUsage: S3 would not store the key, or could not find it again.
    """
    folder = key or UPLOADS
    if folder == UPLOADS.rstrip("/"):
        folder = UPLOADS
    full = folder + file.name if folder.endswith("/") else folder
    try:
        size = len(full.encode())
    except UnicodeEncodeError:
        raise WrongUsage(f"The key {full!r} is not valid UTF-8. Give another KEY.") from None
    if size > _LONGEST_KEY:
        raise WrongUsage(
            f"The key {full[:40]!r}… has {size:,} bytes. S3 allows {_LONGEST_KEY:,}. Give a "
            "shorter KEY."
        )
    controls = any(unicodedata.category(character) == "Cc" for character in full)
    if controls or {".", ".."} & set(full.split("/")):
        raise WrongUsage(
            f"The key {full!r} cannot be used. A key has no control characters, and no parts `.` "
            "or `..`. Give another KEY, such as uploads/report.pdf."
        )
    return full


def unprocessed(deployed: Deployed, key: str) -> str | None:
    """Return a sentence that no function is invoked for a file of this key; None if one is."""
    bucket = deployed.outputs.get(OUTPUT)
    filters = [
        (one.get("filterPrefix") or "", one.get("filterSuffix") or "")
        for each in deployed.resources.values()
        if each.type == _NOTIFICATION and each.inputs["bucket"] == bucket
        for one in each.inputs.get("lambdaFunctions") or ()
    ]
    if any(key.startswith(prefix) and key.endswith(suffix) for prefix, suffix in filters):
        return None
    if not filters:
        return "No function processes it: none is invoked for a file."
    processed = sorted({f"{prefix}*{suffix}" if suffix else prefix for prefix, suffix in filters})
    return f"No function processes it: only files under {', '.join(processed)} are."


class Files:
    """The bucket that the stack exports as ``s3_bucket_name``."""

    def __init__(self, aws: Aws, outputs: dict[str, Any]) -> None:
        if not outputs.get(OUTPUT):
            raise LocalError(
                f"The stack has no output `{OUTPUT}`, which names the bucket. "
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
            raise WrongUsage(f"{file} cannot be read: {error.strerror}.") from None

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
            raise LocalError(f"There is no file {key!r}. List the files: app files") from None
        except ParamValidationError:
            raise WrongUsage(f"{key!r} is not a key. List the files: app files") from None
        try:
            with open(file, "xb") as target:
                for chunk in body.iter_chunks(_CHUNK):
                    target.write(chunk)
        except FileExistsError:
            raise WrongUsage(
                f"{file} exists already. Give another name: app download KEY FILE"
            ) from None
        except OSError as error:
            raise WrongUsage(f"{file} cannot be written: {error.strerror}.") from None
