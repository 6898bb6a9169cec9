import base64
import json
import re
import unicodedata
from contextlib import suppress
from typing import Any

import pytest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.new_upload import InvalidRequest, parse_new_upload
from handlers.domain.upload_creation import Parts
from handlers.domain.upload_key import ids_of
from handlers.domain.upload_store import UploadStore
from handlers.domain.user import CONTROL_CHARACTERS
from handlers.domain.user_store import UserStore
from handlers.request_upload.handler import handler
from handlers.runtime.presign import Presigner
from tests.support import samples
from tests.support.fakes import (
    NOW,
    USER,
    FakeContext,
    FakeDynamoDB,
    client_error,
    log,
    logged_text,
    outcomes,
)

__all__ = ["log"]

URL = "https://storage.example.com"
BODY = {"filename": "holiday in Åre.jpg", "content_type": "image/jpeg", "size": 48_213}


class World:
    """A user, and the clock."""

    def __init__(self) -> None:
        self.client = FakeDynamoDB()
        self.now = NOW
        event = samples.event("request_upload")
        self.client.tables["users"] = {USER.id: samples.user_of(event)}

    def post(self, body: Any = BODY, *, key: str | None = None, user: str = USER.id) -> Any:
        event = samples.event("request_upload")
        event["pathParameters"]["id"] = user
        event["body"] = body if isinstance(body, str) else json.dumps(body)
        if key is not None:
            event["headers"]["Idempotency-Key"] = key
        response = handler.invoke(
            event,
            FakeContext(),
            Parts(
                users=UserStore(self.client, "users"),
                uploads=UploadStore(self.client, "uploads", now=lambda: self.now),
                presigner=Presigner(URL, "eu-central-1", Credentials("ASIA", "secret", "token")),
                bucket="storage",
                most_bytes=1024 * 1024,
            ),
            "",
        )
        return response["statusCode"], json.loads(response["body"]), response["headers"]

    def uploads(self) -> list[Any]:
        items = self.client.tables.get("uploads", {}).values()
        return [item for item in items if item["id"]["S"].startswith("upload_")]


@pytest.fixture
def world() -> World:
    return World()


def test_a_form_is_returned(world: World, log: pytest.LogCaptureFixture) -> None:
    status, body, _ = world.post()
    assert status == 201
    upload, form = body["upload"], body["form"]
    assert upload == {
        "id": upload["id"],
        "user": USER.id,
        **BODY,
        "created": "2026-11-23T03:28:47Z",
        "expires": "2026-11-23T03:43:47Z",
        "state": "waiting",
        "version": 0,
    }
    assert form["url"] == "https://storage.example.com"
    assert form["expires"] == upload["expires"]
    key = form["fields"]["key"]
    assert key == f"uploads/users/{USER.id}/{upload['id']}.jpg"
    assert ids_of(key) == (USER.id, upload["id"])
    policy = json.loads(base64.b64decode(form["fields"]["policy"]))
    assert policy["expiration"] == upload["expires"]
    assert ["content-length-range", 48_213, 48_213] in policy["conditions"]
    assert {"Content-Type": "image/jpeg"} in policy["conditions"]
    assert outcomes(log) == ["requested"]
    assert "holiday" not in logged_text(log)
    assert "x-amz" not in logged_text(log)


def test_what_is_stored_expires_unless_a_file_comes(world: World) -> None:
    world.post()
    [item] = world.uploads()
    assert item["state"] == {"S": "waiting"}
    assert int(item["deadline"]["N"]) == int(NOW) + 900
    assert int(item["expires"]["N"]) == int(NOW) + 7 * 86_400


def test_no_user_no_upload(world: World, log: pytest.LogCaptureFixture) -> None:
    for user in ("user_00000000000000000000000000", "nobody", "", "email#abc"):
        assert world.post(user=user)[:2] == (404, {"error": "User not found"})
    assert outcomes(log) == ["not_found"] * 4
    assert world.uploads() == []


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"size": 0}, "size must be from 1 to 1048576 bytes"),
        ({"size": 1_048_577}, "size must be from 1 to 1048576 bytes"),
        ({"size": "5"}, "size must be a whole number of bytes"),
        ({"size": 1.5}, "size must be a whole number of bytes"),
        ({"size": 10**400}, "size must be from 1 to 1048576 bytes"),
        ({"size": -1}, "size must be from 1 to 1048576 bytes"),
        ({"size": None}, "filename, content_type and size are required"),
        ({"filename": ""}, "filename is 0 characters long; it must have 1 to 255"),
        ({"filename": "x" * 256}, "filename is 256 characters long; it must have 1 to 255"),
        ({"filename": "a\nb"}, "filename has a control character"),
        ({"filename": "gpj.exe\u202e"}, "filename has a control character"),
        ({"filename": 5}, "filename must be a string"),
        ({"content_type": "jpeg"}, "content_type (4 characters) is not a media type"),
        ({"content_type": "image/jpeg\n"}, "content_type (11 characters) is not a media type"),
        ({"content_type": "text/plain; charset=utf-8; x=y"}, "is not a media type"),
        ({"content_type": "${filename}/x"}, "is not a media type"),
    ],
)
def test_what_is_out_of_bounds_is_refused(world: World, changed: Any, error: str) -> None:
    status, body, _ = world.post({**BODY, **changed})
    too_large = isinstance(changed.get("size"), int) and changed["size"] > 1
    assert (status, error in body["error"]) == (413 if too_large else 400, True), body
    assert world.uploads() == []


@pytest.mark.parametrize("size", [1, 1_048_576])
def test_bounds_are_allowed(world: World, size: int) -> None:
    name = "x" * 255
    assert world.post({**BODY, "size": size, "filename": name})[0] == 201
    assert world.post({**BODY, "content_type": "text/plain; charset=utf-8"})[0] == 201
    assert world.post({**BODY, "size": float(size)})[1]["upload"]["size"] == size


@pytest.mark.parametrize("body", ["", "{", "[]", "null", '"x"', "1", '{"filename": "\\ud800"}'])
def test_what_is_no_request_is_refused(world: World, body: str) -> None:
    assert world.post(body)[0] == 400


def test_a_body_that_is_too_large_is_refused(world: World) -> None:
    assert world.post({**BODY, "more": "x" * 9_000})[0] == 413


def test_the_same_key_gets_the_same_upload(world: World, log: pytest.LogCaptureFixture) -> None:
    _, first, _ = world.post(key="k1")
    world.now += 60
    status, again, headers = world.post(key="k1")
    assert (status, again["upload"], again["form"]["expires"]) == (
        201,
        first["upload"],
        first["form"]["expires"],
    )
    assert again["form"]["fields"]["key"] == first["form"]["fields"]["key"]
    assert headers["Idempotent-Replayed"] == "true"
    assert len(world.uploads()) == 1
    assert outcomes(log) == ["requested", "replayed"]
    assert world.post({**BODY, "size": 1}, key="k1")[0] == 422
    world.now += 86_400
    assert world.post({**BODY, "size": 1}, key="k1")[0] == 201


def test_a_key_is_of_one_user(world: World) -> None:
    other = USER.id[:-1] + "H"
    world.client.tables["users"][other] = {
        **world.client.tables["users"][USER.id],
        "id": {"S": other},
    }
    assert world.post(key="k1")[0] == 201
    assert world.post(key="k1", user=other)[0] == 422


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "é"])
def test_a_wrong_key_is_refused(world: World, key: str) -> None:
    assert world.post(key=key)[0] == 400


def test_what_failed_between_key_and_upload_is_completed(world: World) -> None:
    put, calls = world.client.put_item, []

    def fail_second(**params: Any) -> None:
        calls.append(params)
        if len(calls) == 2:
            raise client_error("InternalServerError", status=500)
        put(**params)

    world.client.put_item = fail_second  # type: ignore[method-assign]
    assert world.post(key="k1")[0] == 503
    assert world.uploads() == []
    status, body, _ = world.post(key="k1")
    assert status == 201
    assert [item["id"]["S"] for item in world.uploads()] == [body["upload"]["id"]]


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_dynamodb_fails(
    world: World, log: pytest.LogCaptureFixture, code: str, status: int
) -> None:
    world.client.errors = [client_error(code)]
    assert world.post()[0] == status
    assert "canary" not in logged_text(log)


def is_printable(text: str) -> bool:
    return re.fullmatch(f"[^{CONTROL_CHARACTERS}]+", text) is not None


@given(st.text(min_size=1, max_size=300))
def test_any_filename_is_stored_as_it_is_or_refused(filename: str) -> None:
    raw = json.dumps({**BODY, "filename": filename}).encode()
    if len(filename) <= 255 and is_printable(filename):
        assert parse_new_upload(raw, most_bytes=10**9).filename == filename
        assert not any(unicodedata.category(each) == "Cc" for each in filename)
    else:
        with pytest.raises(InvalidRequest):
            parse_new_upload(raw, most_bytes=10**9)


@given(st.text(min_size=1, max_size=60), st.integers(1, 1_048_576))
def test_no_text_of_a_caller_gets_into_a_key(filename: str, size: int) -> None:
    if not is_printable(filename):
        return
    world = World()
    status, body, _ = world.post({**BODY, "filename": filename, "size": size})
    assert status == 201
    fields = body["form"]["fields"]
    assert fields["key"] == f"uploads/users/{USER.id}/{body['upload']['id']}.jpg"
    policy = json.loads(base64.b64decode(fields["policy"]))
    assert ["content-length-range", size, size] in policy["conditions"]


@given(st.binary(max_size=200))
def test_any_body_gets_a_4xx_or_a_form(body: bytes) -> None:
    with suppress(InvalidRequest):
        parse_new_upload(body, most_bytes=100)
