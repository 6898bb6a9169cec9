"""Processes no upload again that another version has processed (``tests/support/formats``)."""

import pytest

from tests.functions.process_upload.fakes import FakeS3
from tests.functions.process_upload.formats import UPLOADS, upload
from tests.support.formats import dynamodb, every_version


@every_version
@pytest.mark.parametrize("name", UPLOADS)
def test_uploads_are_processed_once(version: str, name: str) -> None:
    def outcome(sequence: int, *entries: str) -> str:
        return upload(name, UPLOADS[name], FakeS3(), dynamodb(version, *entries), sequence)

    assert outcome(1, f"upload {name}") == "duplicate"
    assert outcome(0, f"upload {name}") == "superseded"
    assert outcome(2, f"upload {name}") in ("copied", "rejected")
