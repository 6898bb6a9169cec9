"""A bucket with versions, in memory."""

from dataclasses import dataclass, field
from typing import Any

from handlers.erase_files.files import MOST


@dataclass
class FakeBucket:
    """S3, as far as the function uses it.

    Attributes:
        versions: (key, version) of what is stored; a version that begins with ``d`` is a delete
            marker.
        refused: versions that S3 does not delete.
        errors: raised by the next calls.
    """

    versions: list[tuple[str, str]] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    errors: list[Exception] = field(default_factory=list)
    calls: int = 0

    def list_object_versions(self, **params: Any) -> dict[str, Any]:
        self._begin()
        assert params["MaxKeys"] == MOST
        found = [v for v in self.versions if v[0].startswith(params["Prefix"])][:MOST]
        listed: dict[str, Any] = {}
        for key, version in found:
            kind = "DeleteMarkers" if version.startswith("d") else "Versions"
            listed.setdefault(kind, []).append({"Key": key, "VersionId": version})
        return listed

    def delete_objects(self, **params: Any) -> dict[str, Any]:
        self._begin()
        assert params["Delete"]["Quiet"]
        errors = []
        for each in params["Delete"]["Objects"]:
            if each["VersionId"] in self.refused:
                errors.append({**each, "Code": "InternalError", "Message": "no"})
            else:
                self.versions.remove((each["Key"], each["VersionId"]))
        return {"Errors": errors} if errors else {}

    def _begin(self) -> None:
        self.calls += 1
        if self.errors:
            raise self.errors.pop(0)
