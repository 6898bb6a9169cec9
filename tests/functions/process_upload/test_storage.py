import threading

import pytest

from handlers.process_upload.storage import Gone, Storage, StorageError
from tests.functions.process_upload import files as files
from tests.functions.process_upload.fakes import BUCKET, FakeS3, client_error

KEY = "uploads/a secret name.jpg"
PART = 5 * 2**20  # the least that S3 takes


@pytest.fixture
def s3() -> FakeS3:
    return FakeS3()


@pytest.fixture
def storage(s3: FakeS3) -> Storage:
    return Storage(s3, BUCKET, part_bytes=PART)


def test_an_object_is_read_by_its_version(s3: FakeS3, storage: Storage) -> None:
    older = s3.upload(KEY, b"older", ContentType="image/jpeg")
    s3.upload(KEY, b"newer")
    with storage.open(KEY, older) as source:
        assert (source.read(3), source.read(10), source.read(1)) == (b"old", b"er", b"")
        assert (source.version, source.size) == (older, 5)
        assert source.headers == {"ContentType": "image/jpeg"}
    assert source.body.closed
    assert storage.tail(source, 2) == b"er"


def test_no_more_of_an_object_is_sent_than_requested(s3: FakeS3, storage: Storage) -> None:
    s3.upload(KEY, b"content", ContentType="image/jpeg")
    for only_bytes, sent in [(3, b"con"), (100, b"content")]:
        with storage.open(KEY, "v1", only_bytes=only_bytes) as source:
            assert source.read(100) == sent
            assert source.size == 7
            assert source.headers == {"ContentType": "image/jpeg"}


def test_without_a_version_the_newest_is_read_and_its_version_returned(
    s3: FakeS3, storage: Storage
) -> None:
    s3.upload(KEY, b"older")
    newest = s3.upload(KEY, b"newer")
    with storage.open(KEY, None) as source:
        assert (source.version, source.read(9)) == (newest, b"newer")
    assert "VersionId" not in s3.calls[0][1]


@pytest.mark.parametrize("size", [0, 10, PART - 1])
def test_a_small_object_is_copied_at_once(s3: FakeS3, storage: Storage, size: int) -> None:
    headers = {"ContentType": "text/x-special", "ContentEncoding": "gzip"}
    version = s3.upload(KEY, bytes(size), **headers, Metadata={"theirs": "x"})
    with storage.open(KEY, version) as source:
        storage.copy(source, "processed/copy")
    assert s3.calls[1:] == [
        (
            "CopyObject",
            {
                "Bucket": BUCKET,
                "Key": "processed/copy",
                "CopySource": {"Bucket": BUCKET, "Key": KEY, "VersionId": version},
                "MetadataDirective": "REPLACE",
                "TaggingDirective": "REPLACE",
                "AnnotationDirective": "EXCLUDE",
                "Metadata": {"upload-version": version},
                **headers,
            },
        )
    ]
    assert s3.body("processed/copy") == bytes(size)


@pytest.mark.parametrize(("size", "parts"), [(PART, 1), (2 * PART, 2), (2 * PART + 1, 3)])
def test_a_large_object_is_copied_in_parts(
    s3: FakeS3, storage: Storage, size: int, parts: int
) -> None:
    content = bytes(range(251)) * (size // 251 + 1)
    version = s3.upload(KEY, content[:size], ContentType="video/mp4")
    with storage.open(KEY, version) as source:
        storage.copy(source, "processed/copy")
    copied = s3.get("processed/copy")
    assert copied["body"] == content[:size]
    assert copied["ContentType"] == "video/mp4"
    assert copied["Metadata"] == {"upload-version": version}
    assert sorted(s3.operations()) == [
        "CompleteMultipartUpload",
        "CreateMultipartUpload",
        "GetObject",
        *["UploadPartCopy"] * parts,
    ]


def test_no_thread_outlives_a_copy(s3: FakeS3, storage: Storage) -> None:
    before = threading.active_count()
    for size in (1, 2 * PART):
        with storage.open(KEY, s3.upload(KEY, bytes(size))) as source:
            storage.copy(source, "processed/copy")
    assert threading.active_count() == before


def test_results_name_their_version(s3: FakeS3, storage: Storage) -> None:
    with storage.open(KEY, s3.upload(KEY, b"x")) as source:
        storage.put("processed/y", b"y", content_type="text/plain", source=source)
    assert s3.get("processed/y")["Metadata"] == {"upload-version": "v1"}
    assert s3.get("processed/y")["ContentType"] == "text/plain"


def test_a_deleted_object_has_an_error_of_its_own(s3: FakeS3, storage: Storage) -> None:
    with pytest.raises(Gone), storage.open(KEY, None):
        pass
    s3.upload(KEY, b"x")
    with pytest.raises(Gone), storage.open(KEY, "v9"):
        pass
    with storage.open(KEY, "v1") as source:
        s3.versions.clear()
        with pytest.raises(Gone):
            storage.tail(source, 1)
        with pytest.raises(Gone):
            storage.copy(source, "processed/copy")


class Failing(FakeS3):
    def __init__(self, code: str, status: int) -> None:
        super().__init__()
        self._error = code, status

    def get_object(self, **arguments: object) -> dict[str, object]:
        raise client_error("GetObject", *self._error, text=f"about {arguments['Key']}")


@pytest.mark.parametrize(
    ("code", "status", "error"),
    [
        ("NoSuchKey", 404, Gone),
        ("NoSuchVersion", 404, Gone),
        ("MethodNotAllowed", 405, Gone),  # the version is a delete marker
        ("NoSuchBucket", 404, StorageError),
        ("AccessDenied", 403, StorageError),
        ("InvalidObjectState", 403, StorageError),
        ("SlowDown", 503, StorageError),
    ],
)
def test_errors_are_classified_and_quote_no_key(
    code: str, status: int, error: type[Exception]
) -> None:
    with pytest.raises(error) as raised, Storage(Failing(code, status), BUCKET).open(KEY, None):
        pass
    assert "secret" not in str(raised.value)
    assert raised.value.__suppress_context__
    if error is StorageError:
        assert str(raised.value) == f"GetObject: {code} (HTTP {status})"


def test_a_broken_connection_is_not_the_end_of_the_file(s3: FakeS3, storage: Storage) -> None:
    s3.upload(KEY, files.tagged("JPEG"))
    s3.breaks_after = 100
    with storage.open(KEY, None) as source:
        assert len(source.read(100)) == 100
        with pytest.raises(StorageError) as raised:
            source.read(100)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("operation", ["CopyObject", "PutObject"])
def test_a_missing_permission_is_an_error(s3: FakeS3, storage: Storage, operation: str) -> None:
    s3.denied = {operation}
    with storage.open(KEY, s3.upload(KEY, b"x")) as source:
        pass
    write = {
        "CopyObject": lambda: storage.copy(source, "processed/secret"),
        "PutObject": lambda: storage.put(
            "processed/secret", b"", content_type="a/b", source=source
        ),
    }[operation]
    with pytest.raises(StorageError) as raised:
        write()
    assert str(raised.value) == f"{operation}: AccessDenied (HTTP 403)"


def test_a_copy_in_parts_that_fails_is_aborted(s3: FakeS3, storage: Storage) -> None:
    s3.denied = {"UploadPartCopy"}
    with storage.open(KEY, s3.upload(KEY, bytes(PART))) as source, pytest.raises(StorageError):
        storage.copy(source, "processed/copy")
    assert "AbortMultipartUpload" in s3.operations()
    assert s3.keys("processed/") == []
