"""Names uploads in logs for people.

A file's name may be personal data, so functions log its digest (`docs/uploads.md`). The bucket
is on this machine, so the names can be shown.
"""

import hashlib
import json
import re
import time
from dataclasses import replace
from typing import Any

from local.aws import Aws
from local.files import OUTPUT, UPLOADS, Files
from local.logs import Invocation

_FIELD = re.compile(r'("upload": ?)"([0-9a-f]{64})"')


def digest_of(key: str) -> str:
    """Return what functions log in place of a file's key."""
    return hashlib.sha256(key.encode()).hexdigest()


class UploadNames:
    """The keys of the bucket's uploads, by their digests; read when a log needs them."""

    def __init__(self, aws: Aws, outputs: dict[str, Any]) -> None:
        self._files = Files(aws, outputs) if outputs.get(OUTPUT) else None
        self._keys: dict[str, str] = {}
        self._read_ms = 0.0

    def named(self, log: Invocation) -> Invocation:
        """Return a log with the keys of uploads that are still in the bucket."""
        lines = [_FIELD.sub(lambda found: self._replace(found, log), line) for line in log.lines]
        return replace(log, lines=tuple(lines))

    def _replace(self, found: re.Match[str], log: Invocation) -> str:
        # What is missing since it was logged is not in the bucket.
        if found[2] not in self._keys and self._read_ms <= log.ended_ms:
            self._read()
        key = self._keys.get(found[2])
        return f"{found[1]}{json.dumps(key)}" if key else found[0]

    def _read(self) -> None:
        self._read_ms = time.time() * 1000
        for stored in self._files.list(UPLOADS) if self._files else ():
            self._keys[digest_of(stored.key)] = stored.key
