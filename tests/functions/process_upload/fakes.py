"""S3 (as botocore's client shows it) and the ledger in memory, and a Lambda context."""

import hashlib
import io
import json
import threading
from types import SimpleNamespace
from typing import Any

from botocore.exceptions import ClientError, EndpointConnectionError

from handlers.domain.ledger import AlreadyDone, Busy, Claim, Superseded

BUCKET = "storage-1a2b3c4"


def client_error(operation: str, code: str, status: int, text: str = "no") -> ClientError:
    return ClientError(
        {
            "Error": {"Code": code, "Message": text},
            "ResponseMetadata": {"HTTPStatusCode": status},
        },
        operation,
    )


class Body(io.BytesIO):
    """botocore's stream, which can break off."""

    breaks_after: int | None = None

    def read(self, size: int | None = -1, /) -> bytes:
        if self.breaks_after is not None and self.tell() >= self.breaks_after:
            raise EndpointConnectionError(endpoint_url="https://host/uploads/secret-name.jpg")
        return super().read(size)


class FakeS3:
    """One versioned bucket; ``calls`` lists every request as (operation, arguments).

    ``denied`` contains the refused operations; ``bug`` makes every operation raise another error.
    """

    def __init__(self) -> None:
        self.meta = SimpleNamespace(
            events=SimpleNamespace(
                register_first=lambda *_, **__: None,
                register_last=lambda *_, **__: None,
                register=lambda *_, **__: None,
                unregister=lambda *_, **__: None,
            )
        )
        self.versions: dict[str, dict[str, dict[str, Any]]] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.denied: set[str] = set()
        self.breaks_after: int | None = None
        self._parts: dict[int, bytes] = {}
        self._pending: dict[str, Any] = {}
        self._lock = threading.Lock()

    def upload(self, key: str, body: bytes, **headers: Any) -> str:
        """Store an object as a caller would, and return its version."""
        return self._store(key, body, headers)

    def keys(self, prefix: str = "") -> list[str]:
        return sorted(key for key in self.versions if key.startswith(prefix))

    def get(self, key: str) -> dict[str, Any]:
        return list(self.versions[key].values())[-1]

    def body(self, key: str) -> bytes:
        body: bytes = self.get(key)["body"]
        return body

    def operations(self) -> list[str]:
        return [name for name, _ in self.calls]

    def _store(self, key: str, body: bytes, headers: dict[str, Any]) -> str:
        with self._lock:
            versions = self.versions.setdefault(key, {})
            version = f"v{len(versions) + 1}"
            etag = hashlib.md5(body).hexdigest()
            versions[version] = {"body": body, "etag": f'"{etag}"', **headers}
            return version

    def _called(self, name: str, arguments: dict[str, Any]) -> None:
        assert arguments["Bucket"] == BUCKET
        self.calls.append((name, arguments))
        if "bug" in self.denied:
            raise RuntimeError(f"an error of no known type about {arguments['Key']}")
        if name in self.denied:
            text = f"not authorized on arn:aws:s3:::{BUCKET}/{arguments['Key']}"
            raise client_error(name, "AccessDenied", 403, text)

    def _find(self, name: str, key: str, version: str | None) -> tuple[str, dict[str, Any]]:
        versions = self.versions.get(key, {})
        if version is None and versions:
            version = list(versions)[-1]
        if version not in versions:
            code = "NoSuchVersion" if versions else "NoSuchKey"
            raise client_error(name, code, 404, f"{key} does not exist")
        return version, versions[version]

    def get_object(self, **arguments: Any) -> dict[str, Any]:
        self._called("GetObject", arguments)
        version, found = self._find("GetObject", arguments["Key"], arguments.get("VersionId"))
        content = found["body"]
        headers = {k: v for k, v in found.items() if k not in ("body", "etag")}
        if "Range" in arguments:
            first, last = arguments["Range"].removeprefix("bytes=").split("-")
            whole = len(content)
            start = int(first) if first else max(0, whole - int(last))
            content = content[start : int(last) + 1] if first else content[start:]
            headers["ContentRange"] = f"bytes {start}-{start + len(content) - 1}/{whole}"
        body = Body(content)
        body.breaks_after = self.breaks_after
        return {
            "Body": body,
            "ContentLength": len(content),
            "ETag": found["etag"],
            "VersionId": version,
            **headers,
        }

    def put_object(self, **arguments: Any) -> dict[str, Any]:
        self._called("PutObject", arguments)
        body = arguments["Body"]
        content = body if isinstance(body, bytes) else body.read()
        headers = {k: v for k, v in arguments.items() if k not in ("Bucket", "Key", "Body")}
        self._store(arguments["Key"], content, headers)
        return {}

    def _copied(self, name: str, arguments: dict[str, Any]) -> bytes:
        source = arguments["CopySource"]
        _, found = self._find(name, source["Key"], source.get("VersionId"))
        content: bytes = found["body"]
        return content

    def copy_object(self, **arguments: Any) -> dict[str, Any]:
        self._called("CopyObject", arguments)
        self._store(arguments["Key"], self._copied("CopyObject", arguments), arguments)
        return {}

    def create_multipart_upload(self, **arguments: Any) -> dict[str, Any]:
        self._called("CreateMultipartUpload", arguments)
        self._pending = arguments
        return {"UploadId": "u1"}

    def upload_part_copy(self, **arguments: Any) -> dict[str, Any]:
        self._called("UploadPartCopy", arguments)
        first, last = arguments["CopySourceRange"].removeprefix("bytes=").split("-")
        content = self._copied("UploadPartCopy", arguments)[int(first) : int(last) + 1]
        self._parts[arguments["PartNumber"]] = content
        return {"CopyPartResult": {"ETag": '"part"'}}

    def complete_multipart_upload(self, **arguments: Any) -> dict[str, Any]:
        self._called("CompleteMultipartUpload", arguments)
        content = b"".join(self._parts[number] for number in sorted(self._parts))
        self._store(arguments["Key"], content, self._pending)
        return {}

    def abort_multipart_upload(self, **arguments: Any) -> dict[str, Any]:
        self._called("AbortMultipartUpload", arguments)
        return {}


class FakeLedger:
    """The ledger's rules, with leases that never end by themselves."""

    def __init__(self) -> None:
        self.entries: dict[str, dict[str, Any]] = {}
        self.records: dict[str, str] = {}
        self.failed: set[str] = set()
        self.leases: list[float] = []

    def claim(
        self, entry_id: str, *, owner: str, lease_seconds: float, sequence: str = ""
    ) -> Claim:
        entry = self.entries.get(entry_id)
        if entry:
            if sequence < entry["sequence"]:
                raise Superseded
            if sequence == entry["sequence"] and entry["state"] == "done":
                raise AlreadyDone
            if entry["state"] == "claimed" and not (
                sequence == entry["sequence"] and owner == entry["owner"]
            ):
                raise Busy
        self.leases.append(lease_seconds)
        self.entries[entry_id] = {"state": "claimed", "owner": owner, "sequence": sequence}
        return Claim(entry_id, owner, sequence)

    def settle(self, claim: Claim) -> None:
        self.entries[claim.entry_id]["state"] = "done"

    def release(self, claim: Claim) -> None:
        self.entries[claim.entry_id]["state"] = "released"

    def record(self, entry_id: str, *, kind: str, outcome: str) -> None:
        if kind == "attempt":
            self.failed.add(entry_id)
            return
        assert kind == "file"
        self.records.setdefault(entry_id, outcome)


class Context:
    """Lambda's context of one invocation."""

    def __init__(self, request_id: str = "r1", seconds: float = 120) -> None:
        self.aws_request_id = request_id
        self._seconds = seconds

    def get_remaining_time_in_millis(self) -> int:
        return int(self._seconds * 1000)


def reason(s3: FakeS3, key: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(s3.body(key))
    return found
