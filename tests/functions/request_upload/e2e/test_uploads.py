"""Callers upload through the API: what S3 takes by a form, and what becomes of it."""

import re
import urllib.error
import urllib.request

import pytest

from local.cloud import Cloud
from tests.support.e2e.permission_probe import narrowed, role_of
from tests.support.e2e.system import Api, until
from tests.support.e2e.uploading import Caller, send
from tests.support.samples import PICTURE


@pytest.fixture
def caller(api: Api) -> Caller:
    return Caller(api)


def test_a_picture_is_resized(caller: Caller) -> None:
    picture = PICTURE.read_bytes()
    upload = caller.settled(caller.uploads("Grüße/../\u2713.jpg", picture, "image/jpeg"))
    assert (upload["state"], upload["filename"]) == ("done", "Grüße/../\u2713.jpg")
    resized, thumbnail = (caller.download(output) for output in upload["outputs"])
    assert resized.startswith(b"\xff\xd8\xff")
    assert len(thumbnail) < len(resized)


def test_a_link_is_for_saving_and_for_one_object(caller: Caller) -> None:
    upload = caller.settled(caller.uploads("page.html", b"<p>some text</p>", "text/html"))
    [output] = upload["outputs"]
    with urllib.request.urlopen(output["url"], timeout=30) as answer:
        assert answer.headers["Content-Disposition"] == 'attachment; filename="text.txt"'
    other = output["url"].replace("/text.txt", "/other.txt", 1)
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(other, timeout=30)


def test_a_broken_file_is_rejected_with_the_reason(caller: Caller) -> None:
    upload = caller.settled(caller.uploads("photo.jpg", b"no picture", "image/jpeg"))
    assert (upload["state"], upload["reason"]) == ("rejected", "content_mismatch")
    assert upload["outputs"] == []


def test_s3_takes_nothing_else_by_a_form(caller: Caller, cloud: Cloud) -> None:
    form = caller.requests("notes.txt", 9, "text/plain")["form"]
    key = form["fields"]["key"]
    assert send(form, b"123456789+") == (400, "EntityTooLarge")
    assert send(form, b"12345678") == (400, "EntityTooSmall")
    for changed in (
        {"Content_Type": "text/html"},
        {"key": f"{key}x"},
        {"key": "uploads/other.txt"},
        {"key": key.replace("upload_", "upload_0")},
        {"acl": "public-read"},
        {"x_amz_meta_a": "b"},
        {"x_amz_storage_class": "GLACIER"},
        {"x_amz_signature": "0" * 64},
    ):
        assert send(form, b"123456789", **changed)[0] == 403, changed
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    assert s3.list_objects_v2(Bucket=bucket, Prefix=key)["KeyCount"] == 0
    assert send(form, b"123456789") == (204, "")


def test_a_form_allows_no_more_than_its_signer_may(caller: Caller, cloud: Cloud) -> None:
    form = caller.requests("notes.txt", 9, "text/plain")["form"]
    with narrowed(cloud, role_of(cloud, "request-upload"), "s3:PutObject"):
        assert send(form, b"123456789") == (403, "AccessDenied")
    assert send(form, b"123456789") == (204, "")


def test_a_file_can_be_replaced_while_the_form_can_be_used(caller: Caller) -> None:
    requested = caller.requests("notes.txt", 5, "text/plain")
    upload_id = requested["upload"]["id"]
    for text in (b"first", b"again"):
        assert send(requested["form"], text) == (204, "")
    until(
        lambda: [caller.download(o) for o in caller.settled(upload_id)["outputs"]] == [b"again"],
        seconds=60,
    )


def test_an_upload_waits_for_its_file(caller: Caller) -> None:
    requested = caller.requests("notes.txt", 9, "text/plain")
    assert caller.asks(requested["upload"]["id"]) == {**requested["upload"], "outputs": []}


def test_the_same_key_gets_the_same_form(caller: Caller) -> None:
    first, again = (
        caller.requests("notes.txt", 9, "text/plain", **{"Idempotency-Key": "k1"}) for _ in range(2)
    )
    assert first["upload"] == again["upload"]
    assert first["form"]["fields"]["key"] == again["form"]["fields"]["key"]


@pytest.mark.needs("list_uploads")
def test_pages(caller: Caller, api: Api) -> None:
    made = [caller.requests(f"{n}.txt", 1, "text/plain")["upload"] for n in range(3)]
    first = api("GET", caller.path() + "?limit=2").body
    second = api("GET", caller.path() + f"?limit=2&cursor={first['cursor']}").body
    assert first["uploads"] + second["uploads"] == made[::-1]
    assert "cursor" not in second
    assert api("GET", caller.path() + "?cursor=x").status == 400


def test_what_is_not_there_is_not_found(caller: Caller, api: Api) -> None:
    upload_id = caller.requests("notes.txt", 9, "text/plain")["upload"]["id"]
    other = Caller(api)
    assert api("GET", other.path(upload_id)).body == {"error": "Upload not found"}
    assert api("GET", f"/users/nobody/uploads/{upload_id}").body == {"error": "User not found"}
    assert re.fullmatch("upload_[0-9A-Z]{26}", upload_id)


def test_uploads_with_aws_credentials_are_still_processed(cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key="uploads/any/Key.txt", Body=b"some text")
    made = "processed/any/Key.txt/text.txt"
    until(lambda: s3.list_objects_v2(Bucket=bucket, Prefix=made)["KeyCount"], seconds=60)
