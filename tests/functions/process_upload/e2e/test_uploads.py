"""Uploads to the bucket."""

import io
import json

import pytest
from PIL import Image

from handlers.domain.upload_key import digest
from local.cloud import Cloud
from tests.support.e2e.system import keys, log_records, until
from tests.support.samples import PICTURE
from tests.support.stacks import PROJECT


def _upload(cloud: Cloud, name: str, content: bytes) -> None:
    cloud.client("s3").put_object(
        Bucket=cloud.outputs["s3_bucket_name"], Key=f"uploads/{name}", Body=content
    )


def _results(cloud: Cloud, folder: str, count: int) -> list[str]:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]

    def found() -> list[str]:
        listed = keys(s3, bucket, folder)
        return listed if len(listed) >= count else []

    return until(found)


def _read(cloud: Cloud, key: str) -> bytes:
    answer = cloud.client("s3").get_object(Bucket=cloud.outputs["s3_bucket_name"], Key=key)
    content: bytes = answer["Body"].read()
    return content


def test_a_picture_comes_out_upright_in_two_sizes_without_metadata(cloud: Cloud) -> None:
    _upload(cloud, "album/picture.jpg", PICTURE.read_bytes())
    results = _results(cloud, "processed/album/picture.jpg/", 2)
    assert sorted(results) == [
        "processed/album/picture.jpg/resized.jpg",
        "processed/album/picture.jpg/thumbnail.jpg",
    ]
    with Image.open(PICTURE) as original:
        assert original.getexif()[274] == 6  # rotated by 90 degrees
        sideways = original.size
    with Image.open(io.BytesIO(_read(cloud, results[0]))) as resized:
        assert resized.size == (sideways[1], sideways[0])
        assert not resized.getexif()
    with Image.open(io.BytesIO(_read(cloud, results[1]))) as thumbnail:
        assert max(thumbnail.size) == 256


def test_a_document_comes_out_as_text(cloud: Cloud) -> None:
    _upload(cloud, "page.html", b"<html><script>x</script><p>Only this</p></html>")
    (key,) = _results(cloud, "processed/page.html/", 1)
    assert key == "processed/page.html/text.txt"
    assert _read(cloud, key).decode().strip() == "Only this"


def test_anything_else_is_copied_as_it_is(cloud: Cloud) -> None:
    content = bytes(range(256)) * 1_000
    _upload(cloud, "data.bin", content)
    (key,) = _results(cloud, "processed/data.bin/", 1)
    assert key == "processed/data.bin/original.bin"
    assert _read(cloud, key) == content


def test_what_is_broken_is_rejected_with_a_reason_and_kept(cloud: Cloud) -> None:
    broken = PICTURE.read_bytes()[:2_000]
    _upload(cloud, "broken.jpg", broken)
    results = _results(cloud, "rejected/broken.jpg/", 2)
    assert sorted(results) == [
        "rejected/broken.jpg/original.jpg",
        "rejected/broken.jpg/reason.json",
    ]
    assert _read(cloud, "rejected/broken.jpg/original.jpg") == broken
    assert json.loads(_read(cloud, "rejected/broken.jpg/reason.json"))["reason"]


@pytest.mark.parametrize("name", ["a b+c.txt", "100%25.txt", "päth/✓.txt"])
def test_keys_are_decoded_once(cloud: Cloud, name: str) -> None:
    _upload(cloud, name, b"text")
    assert _results(cloud, f"processed/{name}/", 1) == [f"processed/{name}/text.txt"]


def test_nothing_that_is_written_invokes_the_function_again(cloud: Cloud) -> None:
    for name in ("written.txt", "after.txt"):  # the second gives the first's results time
        _upload(cloud, name, b"text")
        _results(cloud, f"processed/{name}/", 1)
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    written = {
        digest(key) for folder in ("processed/", "rejected/") for key in keys(s3, bucket, folder)
    }
    group = f"/aws/lambda/{PROJECT}-local-process-upload"

    def processed() -> set[str]:
        found = {record.get("upload") for record in log_records(cloud.client("logs"), group)}
        return found if digest("uploads/written.txt") in found else set()

    assert not written & until(processed)
