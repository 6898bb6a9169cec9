import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.get_upload.get_upload import get_upload
from handlers.get_upload.handler import handler
from handlers.runtime.http import Response
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
from tests.support.upload_items import UPLOAD_ID, item

__all__ = ["log"]

PRESIGNER = Presigner(
    "https://storage.example.com", "eu-central-1", Credentials("ASIA", "secret", "token")
)


def answer(
    stored: dict[str, Any] | None,
    *,
    upload: str = UPLOAD_ID,
    user: str = USER.id,
    now: float = NOW,
    presigner: Presigner = PRESIGNER,
) -> Response:
    client, event = FakeDynamoDB(), samples.event("get_upload")
    client.tables["users"] = {USER.id: samples.user_of(event)}
    client.tables["uploads"] = {stored["id"]["S"]: stored} if stored else {}
    event["pathParameters"] = {"id": user, "upload": upload}
    return get_upload(
        event,
        users=UserStore(client, "users"),
        uploads=UploadStore(client, "uploads", now=lambda: now),
        presigner=presigner,
        now=lambda: now,
    )


def get(stored: dict[str, Any] | None, **asked: Any) -> tuple[int, Any]:
    response = answer(stored, **asked)
    return response["statusCode"], json.loads(response["body"])


def test_an_upload_that_is_done_has_links(log: pytest.LogCaptureFixture) -> None:
    status, body = get(item(state="done", outputs=["resized.jpg", "thumbnail.jpg"]))
    assert (status, body["state"]) == (200, "done")
    assert [output["name"] for output in body["outputs"]] == ["resized.jpg", "thumbnail.jpg"]
    for output in body["outputs"]:
        link = urlsplit(output["url"])
        assert link.path == f"/processed/users/{USER.id}/{UPLOAD_ID}.txt/{output['name']}"
        query = parse_qs(link.query)
        assert (query["X-Amz-Date"], query["X-Amz-Expires"]) == (["20261123T032500Z"], ["900"])
        assert query["response-content-disposition"] == [f'attachment; filename="{output["name"]}"']
        assert output["expires"] == "2026-11-23T03:40:00Z"
    assert outcomes(log) == ["found"]
    assert "X-Amz" not in logged_text(log)
    assert "notes.txt" not in logged_text(log)


DONE = item(state="done", outputs=["text.txt"])


def test_links_stay_the_same_for_five_minutes() -> None:
    """The sample's time is 3:47 after the last window began."""
    first = answer(DONE)
    assert answer(DONE, now=NOW + 72) == first
    later = answer(DONE, now=NOW + 73)
    assert later["body"] != first["body"]
    assert later["headers"]["ETag"] != first["headers"]["ETag"]


def test_the_tag_leaves_out_who_signed() -> None:
    """Each execution environment has credentials of its own; its links are as good as others."""
    other = Presigner(PRESIGNER.url, PRESIGNER.region, Credentials("ASIB", "other", "token"))
    first, second = answer(DONE), answer(DONE, presigner=other)
    assert first["body"] != second["body"]
    assert first["headers"]["ETag"] == second["headers"]["ETag"]


@pytest.mark.parametrize(
    "changed",
    [
        item(state="processing", lease=NOW + 100),
        item(state="done", outputs=["text.txt", "thumbnail.jpg"]),
        item(state="done", outputs=["other.txt"]),
        item(state="rejected", reason="damaged"),
    ],
)
def test_the_tag_changes_with_what_became_of_the_file(changed: Any) -> None:
    assert answer(changed)["headers"]["ETag"] != answer(DONE)["headers"]["ETag"]


@pytest.mark.parametrize(
    ("stored", "after", "state", "reason"),
    [
        (item(state="waiting"), 0, "waiting", None),
        (item(state="waiting"), 900, "expired", None),
        (item(state="processing", lease=NOW + 100), 99, "processing", None),
        (item(state="processing", lease=NOW + 100), 101, "failed", None),
        (item(state="failed"), 0, "failed", None),
        (item(state="rejected", reason="damaged"), 0, "rejected", "damaged"),
        (item(state="done", outputs=[]), 100_000, "done", None),
    ],
)
def test_states(stored: Any, after: int, state: str, reason: str | None) -> None:
    status, body = get(stored, now=NOW + after)
    assert (status, body["state"], body.get("reason"), body["outputs"]) == (200, state, reason, [])


def test_what_is_not_there_is_not_found(log: pytest.LogCaptureFixture) -> None:
    assert get(None) == (404, {"error": "Upload not found"})
    assert get(item(state="done"), user="nobody") == (404, {"error": "User not found"})
    assert outcomes(log) == ["not_found"] * 2


@given(st.text(), st.text())
def test_any_id_gets_a_404(user: str, upload: str) -> None:
    assert get(None, user=user)[0] == 404
    assert get(None, upload=upload)[0] == 404


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_dynamodb_fails(code: str, status: int, log: pytest.LogCaptureFixture) -> None:
    client = FakeDynamoDB()
    client.errors = [client_error(code)]
    response = handler.invoke(
        samples.event("get_upload"),
        FakeContext(),
        UserStore(client, "users"),
        UploadStore(client, "uploads"),
        PRESIGNER,
        "",
    )
    assert response["statusCode"] == status
    assert "canary" not in logged_text(log)
