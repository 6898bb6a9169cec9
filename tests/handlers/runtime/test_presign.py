"""What S3 is told by a form and a link, and what botocore's own client would say."""

import base64
import datetime
import hmac
import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import Credentials, RefreshableCredentials
from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime.presign import LINK_SECONDS, Presigner

BUCKET, REGION = "storage-1a2b3c4", "eu-central-1"
KEY = "uploads/users/user_1/upload_1.jpg"
URL = f"https://{BUCKET}.s3.{REGION}.amazonaws.com"
CREDENTIALS = Credentials("ASIAEXAMPLE", "secret", "token")
EXPIRES = 1_795_404_527
SIGNED = 1_795_403_400  # 2026-11-23T03:10:00Z
NOW = SIGNED + 227


@pytest.fixture
def presigner() -> Presigner:
    return Presigner(URL, REGION, CREDENTIALS)


@pytest.fixture
def s3() -> Any:
    return botocore.session.get_session().create_client(
        "s3",
        region_name=REGION,
        aws_access_key_id="ASIAEXAMPLE",
        aws_secret_access_key="secret",
        aws_session_token="token",
        config=Config(signature_version="s3v4", s3={"addressing_style": "virtual"}),
    )


def fields_of(presigner: Presigner) -> dict[str, str]:
    return presigner.form(BUCKET, KEY, content_type="image/jpeg", size=48_213, expires=EXPIRES)


def test_a_form_allows_one_key_one_type_and_one_size(presigner: Presigner) -> None:
    fields = fields_of(presigner)
    policy = json.loads(base64.b64decode(fields["policy"]))
    signed = {name: fields[name] for name in fields if name.startswith("x-amz-")}
    del signed["x-amz-signature"]
    assert policy == {
        "expiration": "2026-11-23T03:28:47Z",
        "conditions": [
            {"bucket": BUCKET},
            {"key": KEY},
            {"Content-Type": "image/jpeg"},
            ["content-length-range", 48_213, 48_213],
            *({name: value} for name, value in signed.items()),
        ],
    }
    assert fields["key"] == KEY
    assert fields["Content-Type"] == "image/jpeg"
    assert signed["x-amz-security-token"] == "token"


def test_s3_allows_no_field_that_is_not_in_the_form(presigner: Presigner) -> None:
    """S3 refuses a field without a condition, so each field has one that fixes its value."""
    fields = fields_of(presigner)
    conditions = json.loads(base64.b64decode(fields["policy"]))["conditions"]
    fixed = {name for each in conditions if isinstance(each, dict) for name in each}
    assert fixed - {"bucket"} == set(fields) - {"policy", "x-amz-signature"}
    assert [each[0] for each in conditions if isinstance(each, list)] == ["content-length-range"]


def test_a_form_is_what_the_client_of_s3_would_make(presigner: Presigner, s3: Any) -> None:
    theirs = s3.generate_presigned_post(BUCKET, KEY, Fields={"Content-Type": "image/jpeg"})
    assert theirs["url"].rstrip("/") == presigner.url
    assert set(theirs["fields"]) == set(fields_of(presigner))


def test_a_form_is_signed_as_s3_verifies_it(presigner: Presigner) -> None:
    """By the book: https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html."""
    fields = fields_of(presigner)
    key = b"AWS4secret"
    for part in fields["x-amz-credential"].split("/")[1:]:
        key = hmac.digest(key, part.encode(), "sha256")
    assert fields["x-amz-signature"] == hmac.digest(key, fields["policy"].encode(), "sha256").hex()


def test_a_link_is_what_the_client_of_s3_would_make(
    presigner: Presigner, s3: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    freeze(monkeypatch)
    disposition = 'attachment; filename="text.txt"'
    key = "processed/users/user_1/upload_1.txt/text.txt"
    link = presigner.link(key, filename="text.txt", now=NOW)
    ours = link.url
    theirs = s3.generate_presigned_url(
        "get_object",
        {"Bucket": BUCKET, "Key": key, "ResponseContentDisposition": disposition},
        ExpiresIn=900,
    )
    assert query(ours) == query(theirs)  # the signatures, too
    assert ours.partition("?")[0] == theirs.partition("?")[0]
    assert link.expires == SIGNED + 900


@given(st.integers(0, 10**10), st.integers(0, 299))
def test_a_link_stays_the_same_within_its_window(start: int, later: int) -> None:
    presigner, begin = Presigner(URL, REGION, CREDENTIALS), start // 300 * 300
    first = presigner.link(KEY, filename="text.txt", now=begin)
    assert presigner.link(KEY, filename="text.txt", now=begin + later + 0.9) == first
    assert presigner.link(KEY, filename="text.txt", now=begin + 300) != first
    assert 600 <= first.expires - (begin + later) <= 900


def test_a_link_is_valid_for_no_longer_than_the_credentials() -> None:
    """botocore renews credentials before they would expire within the time of a link."""
    assert RefreshableCredentials._advisory_refresh_timeout >= LINK_SECONDS


def query(url: str) -> dict[str, list[str]]:
    return parse_qs(urlsplit(url).query)


def freeze(monkeypatch: pytest.MonkeyPatch) -> None:
    now = datetime.datetime(2026, 11, 23, 3, 10, 0, tzinfo=datetime.UTC)
    monkeypatch.setattr("botocore.auth.get_current_datetime", lambda *_, **__: now)
