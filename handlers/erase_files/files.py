"""A user's files in the bucket: all versions of uploads and outputs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

MOST = 1_000
"""Versions that S3 lists, and deletes, in one call."""


class NotDeleted(Exception):
    """S3 did not delete some versions; the text has the first one's error code, and no key."""


@dataclass(frozen=True, kw_only=True)
class Files:
    """One bucket (``s3:ListBucketVersions``, ``s3:DeleteObjectVersion``).

    ``prefixes``: of users' files; the user's id follows. The program has them, for the permissions.
    """

    s3: Any
    bucket: str
    prefixes: Sequence[str]

    def delete(self, user_id: str) -> Iterator[int]:
        """Delete all versions and delete markers of a user's files; yield the count of each call.

        What is deleted is no longer listed, so each round lists from the beginning: it needs no
        position, which an interruption would lose.

        Raises:
            NotDeleted: see there.
        """
        for prefix in self.prefixes:
            while versions := self._listed(f"{prefix}{user_id}/"):
                answer = self.s3.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": versions, "Quiet": True}
                )
                if errors := answer.get("Errors"):
                    raise NotDeleted(f"{len(errors)} of {len(versions)}: {errors[0].get('Code')}")
                yield len(versions)

    def _listed(self, prefix: str) -> list[dict[str, str]]:
        page = self.s3.list_object_versions(Bucket=self.bucket, Prefix=prefix, MaxKeys=MOST)
        found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
        return [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
