import contextlib
import gzip
import io
import os
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from handlers.domain.ledger import Busy
from handlers.domain.upload_key import work_id
from handlers.process_upload import keys
from handlers.process_upload.processing import Result
from handlers.process_upload.rejection import Reason
from handlers.process_upload.storage import StorageError
from handlers.process_upload.transform import OutOfTime
from tests.functions.process_upload import files as files
from tests.functions.process_upload import pictures
from tests.functions.process_upload.fakes import reason
from tests.functions.process_upload.world import World

# The parallel test runner has threads of its own.
pytestmark = [
    pytest.mark.early,
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork.*:DeprecationWarning"),
]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture(autouse=True)
def _leaves_no_file_open() -> Iterator[None]:
    before = unnamed_files()
    yield
    assert unnamed_files() <= before


def unnamed_files() -> set[str]:
    """Return the open files without a name, by number: those of a file in work."""
    found = set()
    for number in os.listdir("/dev/fd"):
        with contextlib.suppress(OSError):  # the listing's own is closed by now
            if os.readlink(f"/dev/fd/{number}").endswith("(deleted)"):
                found.add(number)
    return found


@pytest.mark.parametrize(("size", "asked"), [(200_001, "bytes=0-4095"), (200_000, None)])
def test_a_file_too_large_to_be_parsed_is_not_downloaded(
    world: World, size: int, asked: str | None
) -> None:
    assert world.process(world.upload("large.bin", bytes(size))) == Result("copied", size)
    assert world.s3.body("processed/large.bin/original.bin") == bytes(size)
    assert [of.get("Range") for name, of in world.s3.calls if name == "GetObject"] == [asked]


def test_an_object_that_is_smaller_than_its_event_says_is_read_whole(world: World) -> None:
    upload = replace(world.upload("a.txt", b"a" * 10_000), size=200_001)
    assert world.process(upload) == Result("extracted", 10_000)
    assert world.s3.body("processed/a.txt/text.txt") == b"a" * 10_000


@pytest.mark.parametrize(
    ("kind", "extension"),
    [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "gif"), ("TIFF", "tiff")],
)
def test_a_picture_is_resized(world: World, kind: str, extension: str) -> None:
    content = files.tagged(kind)
    upload = world.upload("photos/cat", content)
    assert world.process(upload) == Result("resized", len(content))
    folder = "processed/photos/cat"
    assert world.output_keys() == [
        f"{folder}/resized.{extension}",
        f"{folder}/thumbnail.{extension}",
    ]
    for key, side in zip(world.output_keys(), (60, 15), strict=True):
        assert max(Image.open(io.BytesIO(world.s3.body(key))).size) == side
        assert world.s3.get(key)["ContentType"] == f"image/{kind.lower()}"
        assert world.s3.get(key)["Metadata"] == {"upload-version": "v1"}


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.pdf", files.pdf(files.pdf_text("Hello")), "Hello\n"),
        ("a.docx", files.word(), "Grüße\nFirst paragraph.\nleft\nright\nLast paragraph.\n"),
        ("a.html", b"<p>Hello", "Hello\n"),
        ("a.txt", b"Gr\xfc\xdfe", "Grüße"),
        ("a.csv", b"a,b\r\n", "a,b\r\n"),
        ("a.md", b"# Title\n", "# Title\n"),
        ("empty.txt", b"", ""),
        ("scan.pdf", files.pdf(b""), ""),
    ],
)
def test_a_document_s_text_is_extracted(world: World, name: str, content: bytes, text: str) -> None:
    assert world.process(world.upload(name, content)).outcome == "extracted"
    assert world.output_keys() == [f"processed/{name}/text.txt"]
    made = world.s3.get(world.output_keys()[0])
    assert made["body"].decode() == text
    assert made["ContentType"] == "text/plain; charset=utf-8"


def encoded(world: World, name: str, content: bytes, encoding: str = "gzip") -> Result:
    return world.process(world.upload(name, content, ContentEncoding=encoding))


@pytest.mark.parametrize(
    ("name", "content", "text"),
    [
        ("a.csv", b"a,b\r\n", "a,b\r\n"),
        ("a.html", b"<p>Hello", "Hello\n"),
        ("a.pdf", files.pdf(files.pdf_text("Hello")), "Hello\n"),
        ("a", files.word(), "Grüße\nFirst paragraph.\nleft\nright\nLast paragraph.\n"),
    ],
)
def test_a_compressed_document_is_read(world: World, name: str, content: bytes, text: str) -> None:
    packed = gzip.compress(content, mtime=0)
    assert encoded(world, name, packed) == Result("extracted", len(packed))
    assert world.s3.body(f"processed/{name}/text.txt").decode() == text
    assert "ContentEncoding" not in world.s3.get(f"processed/{name}/text.txt")


def test_a_compressed_picture_is_resized(world: World) -> None:
    assert encoded(world, "a", gzip.compress(files.tagged("PNG"), mtime=0)).outcome == "resized"


def test_other_compressed_files_are_copied_with_their_header(world: World) -> None:
    for name, content, encoding in [
        ("a.json", gzip.compress(b"{}", mtime=0), "gzip"),
        ("a.tar.gz", gzip.compress(bytes(10_240), mtime=0), "gzip"),
        ("broken.log", gzip.compress(b"text", mtime=0)[:-9], "gzip"),
        ("bomb.log", gzip.compress(bytes(300_000), mtime=0), "gzip"),
        ("a.js", b"\x1b\x03\x00", "br"),
    ]:
        assert encoded(world, name, content, encoding).outcome == "copied"
        (copy,) = world.s3.keys(f"processed/{name}/")
        assert world.s3.body(copy) == content
        assert world.s3.get(copy)["ContentEncoding"] == encoding


@pytest.mark.parametrize(
    ("name", "content", "encoding", "expected"),
    [
        ("a.txt", gzip.compress(bytes(300_000), mtime=0), "gzip", Reason.TOO_LARGE),
        ("a.txt", gzip.compress(b"a", mtime=0)[:-9], "gzip", Reason.DAMAGED),
        ("a.txt", b"\x1b\x03\x00", "br", Reason.UNSUPPORTED),
        ("a.jpg", gzip.compress(b"no picture", mtime=0), "gzip", Reason.MISMATCH),
        ("a.html", bytes(200_001), "gzip", Reason.TOO_LARGE),
    ],
)
def test_compressed_documents_that_cannot_be_read(
    world: World, name: str, content: bytes, encoding: str, expected: Reason
) -> None:
    assert encoded(world, name, content, encoding) == Result("rejected", len(content), expected)


def test_the_charset_of_an_upload_s_content_type(world: World) -> None:
    upload = world.upload("a.txt", "Привет".encode("koi8-r"), "text/plain; charset=koi8-r")
    assert world.process(upload).outcome == "extracted"
    assert world.s3.body("processed/a.txt/text.txt").decode() == "Привет"


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512, b"\x00") + (
    "EncryptedPackage".encode("utf-16-le")
)
SHEET = files.package(
    **{"[Content_Types].xml": files.content_types(word_document="application/x-sheet")}
)
CAMERA_RAW = pictures.tiff(
    bytes(12), (2, 2), bits=(8, 8, 8), photometric=2, more={254: 1, 50_706: b"\x01\x04\x00\x00"}
)


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.zip", SHEET), ("a", SHEET), ("a.nef", CAMERA_RAW), ("a.tif", CAMERA_RAW)],
)
def test_what_proves_to_be_of_another_kind_is_copied(
    world: World, name: str, content: bytes
) -> None:
    assert world.process(world.upload(name, content)) == Result("copied", len(content))
    assert [world.s3.body(key) for key in world.output_keys()] == [content]
    assert world.output_keys()[0].startswith("processed/")


@pytest.mark.parametrize("name", ["movie.MP4", "archive.tar.gz", "README", "data.json", "empty"])
def test_anything_else_is_copied_inside_s3(world: World, name: str) -> None:
    content = b"" if name == "empty" else b"\x00\x01" * 200_000  # more than is ever parsed
    assert world.process(world.upload(name, content)) == Result("copied", len(content))
    (key,) = world.output_keys()
    assert key == f"processed/{name}/original{keys.extension(name)}"
    assert world.s3.body(key) == content
    assert world.s3.get(key)["ContentType"] == "x/y"
    assert world.s3.operations() == ["GetObject", "CopyObject"]


@pytest.mark.parametrize("size", [150_000, 50_000_000])
def test_a_copied_file_does_not_pass_through_the_function(world: World, size: int) -> None:
    upload = world.upload("huge.bin", bytes(size))
    world.s3.breaks_after = 4096  # whoever reads on fails
    assert world.process(upload).outcome == "copied"


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.jpg", b"no picture", Reason.MISMATCH),
        ("a.jpg", b"", Reason.EMPTY),
        ("a.pdf", b"", Reason.EMPTY),
        ("a.docx", files.archive(a=b"b"), Reason.MISMATCH),
        ("a.docx", SHEET, Reason.MISMATCH),
        ("a.docm", b"no document", Reason.MISMATCH),
        ("a.docx", ENCRYPTED, Reason.ENCRYPTED),
        ("a.tif", pictures.tiff(bytes(8), (1, 1), bits=64, more={339: 3}), Reason.UNSUPPORTED),
        ("a.txt", b"\x7fELF\x00\x00", Reason.MISMATCH),
        ("a.jpg", files.tagged("JPEG")[:900], Reason.DAMAGED),
        ("a.png", files.png_bomb(10_000), Reason.TOO_MANY_PIXELS),
        ("a.pdf", files.encrypted_pdf("x"), Reason.ENCRYPTED),
        ("a.pdf", b"%PDF-1.4\n", Reason.DAMAGED),
        ("a.txt", b"a" * 200_001, Reason.TOO_LARGE),
        ("big", files.tagged("JPEG") + bytes(200_000), Reason.TOO_LARGE),
    ],
)
def test_a_rejected_file_keeps_its_original_bytes(
    world: World, name: str, content: bytes, expected: Reason
) -> None:
    assert world.process(world.upload(name, content)) == Result("rejected", len(content), expected)
    original, explanation = (
        f"rejected/{name}/original{keys.extension(name)}",
        f"rejected/{name}/reason.json",
    )
    assert world.output_keys() == [original, explanation]
    assert world.s3.body(original) == content
    assert reason(world.s3, explanation) == {
        "reason": expected.code,
        "explanation": expected.sentence,
        "key": f"uploads/{name}",
        "version": "v1",
        "size": len(content),
    }
    assert list(world.ledger.records.values()) == ["rejected"]


def test_the_largest_file_allowed_is_parsed(world: World) -> None:
    assert world.process(world.upload("a.txt", b"a" * 200_000)).outcome == "extracted"


def test_content_decides_over_the_name(world: World) -> None:
    assert world.process(world.upload("photo.jpg", files.pdf(b""))).outcome == "extracted"
    assert world.process(world.upload("notes.txt", files.tagged("PNG"))).outcome == "resized"


def test_a_second_delivery_changes_nothing(world: World) -> None:
    upload = world.upload("a.txt", b"x")
    world.process(upload)
    calls = len(world.s3.calls)
    assert world.process(upload, owner="r2") == Result("duplicate")
    assert len(world.s3.calls) == calls
    assert list(world.ledger.records.values()) == ["extracted"]


@settings(max_examples=30)
@given(st.lists(st.integers(0, 3), max_size=8))
def test_the_newest_upload_stays_in_any_order_of_events(order: list[int]) -> None:
    world = World()
    uploads = [world.upload("a.bin", f"content {number}".encode()) for number in range(4)]
    for index in order:
        world.process(uploads[index], owner=f"r{index}")
    if order:
        newest = f"content {max(order)}".encode()
        assert world.s3.body("processed/a.bin/original.bin") == newest
        assert len(world.ledger.records) <= len(set(order))


def test_an_older_version_is_superseded(world: World) -> None:
    older, newer = world.upload("a.txt", b"older"), world.upload("a.txt", b"newer")
    assert world.process(newer).outcome == "extracted"
    assert world.process(older) == Result("superseded")
    assert world.s3.body("processed/a.txt/text.txt") == b"newer"


def test_a_key_that_is_being_processed_is_left_to_a_retry(world: World) -> None:
    upload = world.upload("a.txt", b"x")
    world.ledger.claim(
        work_id(upload.key),
        owner="other",
        lease_seconds=1,
        sequence=upload.sequence,
    )
    with pytest.raises(Busy):
        world.process(upload)
    assert world.output_keys() == []


def test_the_lease_outlives_the_invocation(world: World) -> None:
    world.process(world.upload("a.txt", b"x"), seconds=42)
    assert world.ledger.leases == [47]


@pytest.mark.parametrize("operation", ["GetObject", "CopyObject", "PutObject"])
def test_a_failure_gives_the_claim_back_and_the_retry_succeeds(
    world: World, operation: str
) -> None:
    upload = world.upload("a.jpg", b"no picture")
    world.s3.denied = {operation}
    for _ in range(2):
        with pytest.raises(StorageError):
            world.process(upload)
    assert world.ledger.records == {}
    assert len(world.ledger.failed) == 1  # of two attempts
    world.s3.denied = set()
    assert world.process(upload, owner="somebody else").outcome == "rejected"
    assert list(world.ledger.records.values()) == ["rejected"]


def test_a_download_that_breaks_off_is_tried_again(world: World) -> None:
    upload = world.upload("a.txt", b"a" * 100_000)
    world.s3.breaks_after = 4096
    with pytest.raises(StorageError):
        world.process(upload)
    assert world.output_keys() == []


def test_a_crash_before_the_entry_is_settled_counts_once(world: World) -> None:
    upload = world.upload("a.txt", b"x")
    world.process(upload)
    world.ledger.entries[work_id(upload.key)]["state"] = "claimed"
    assert world.process(upload).outcome == "extracted"  # Lambda's retry has the same owner
    assert list(world.ledger.records.values()) == ["extracted"]


def test_a_deleted_upload_is_not_tried_again(world: World) -> None:
    upload = world.upload("a.txt", b"x")
    world.s3.versions.clear()
    assert world.process(upload) == Result("gone")
    assert world.process(upload) == Result("duplicate")
    assert world.ledger.records == {}


@pytest.mark.parametrize(("seconds", "enough"), [(19.9, False), (20, True)])
def test_too_little_time_does_not_reject_the_file(
    world: World, seconds: float, enough: bool
) -> None:
    upload = world.upload("a.txt", b"x")
    if enough:
        assert world.process(upload, seconds=seconds).outcome == "extracted"
    else:
        with pytest.raises(OutOfTime):
            world.process(upload, seconds=seconds)
        assert world.output_keys() == []


@pytest.mark.parametrize("path", ["a/../../etc/passwd", "a\x00b.txt", "x" * 1016, "..", "é" * 508])
def test_odd_paths_lose_nothing(world: World, path: str) -> None:
    assert world.process(world.upload(path, b"\x00\x01")).outcome in ("copied", "rejected")
    assert all(key.split("/")[1] == "by-sha256" for key in world.output_keys())
    assert b"\x00\x01" in [world.s3.body(key) for key in world.output_keys()]


ALIKE = [
    files.tagged("JPEG"),
    files.tagged("PNG"),
    files.tagged("TIFF"),
    files.tagged("GIF"),
    files.pdf(files.pdf_text("x")),
    files.word(),
    CAMERA_RAW,
    ENCRYPTED,
    gzip.compress(b"<p>text", mtime=0),
    b"<!doctype html><meta charset=koi8-r><p>text",
]
NAMES = ["a", "a.jpg", "a.tif", "a.pdf", "a.docx", "a.zip", "a.txt", "a.html", "a.xhtml", "a.nef"]


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(ALIKE),
    st.sampled_from(NAMES),
    st.sampled_from(["", "gzip", "deflate, gzip", "br"]),
    st.integers(0, 2_000),
    st.binary(max_size=20),
    st.booleans(),
)
def test_any_file_has_one_outcome(
    content: bytes, name: str, encoding: str, at: int, junk: bytes, cut: bool
) -> None:
    world = World()
    content = content[:at] + junk + (b"" if cut else content[at + len(junk) :])
    headers = {"ContentEncoding": encoding} if encoding else {}
    result = world.process(world.upload(name, content, **headers))
    assert result.outcome in ("resized", "extracted", "copied", "rejected")
    assert (result.reason is not None) is (result.outcome == "rejected")
    assert result.reason is not Reason.NOT_PARSED
    folder = "rejected" if result.outcome == "rejected" else "processed"
    assert all(key.startswith(f"{folder}/{name}/") for key in world.output_keys())
    if result.outcome in ("copied", "rejected"):
        assert content in [world.s3.body(key) for key in world.output_keys()]
