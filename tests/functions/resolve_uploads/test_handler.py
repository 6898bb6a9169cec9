import json
from typing import Any

import pytest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.upload_creation import Parts
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.resolve_uploads.handler import handler
from handlers.runtime.presign import Presigner
from tests.support import samples
from tests.support.fakes import NOW, USER, FakeContext, FakeDynamoDB, client_error, log, outcomes
from tests.support.upload_items import KEY, UPLOAD_ID, item

__all__ = ["log"]

SCOPES = "app/uploads.read app/uploads.write app/users.read"
ADA = {"claims": {"sub": "ada", "client_id": "web", "scope": SCOPES}}


class World:
    """A user of nobody, an upload that is done, and what is asked of the function."""

    def __init__(self) -> None:
        self.client = FakeDynamoDB()
        user = samples.user_of({"pathParameters": {"id": USER.id}})
        self.client.tables["users"] = {USER.id: user}
        self.client.tables["uploads"] = {
            UPLOAD_ID: item(state="done", outputs=["text.txt", "preview.jpg"])
        }
        credentials = Credentials("ASIA", "secret", "token")
        self.parts = Parts(
            users=UserStore(self.client, "users"),
            uploads=UploadStore(self.client, "uploads", now=lambda: NOW),
            presigner=Presigner("https://s.example", "eu-central-1", credentials),
            bucket="storage",
            most_bytes=10**6,
        )

    def ask(self, variant: str, *, identity: Any = None, **arguments: Any) -> Any:
        contexts: Any = samples.event("resolve_uploads", variant)
        for each in contexts:
            each["identity"] = identity
            each["arguments"] |= arguments
        return handler.invoke(contexts, FakeContext(), self.parts, "app")

    def add(self, count: int) -> list[str]:
        """Add uploads; return the ids of all, the newest first."""
        ids = [f"upload_01KAQ2Z4T5V6W7X8Y9ZABCDE{number:02}" for number in range(count)]
        for id_ in ids:
            self.client.tables["uploads"][id_] = item(state="waiting", upload_id=id_)
        return sorted([*ids, UPLOAD_ID], reverse=True)


@pytest.fixture
def world() -> World:
    return World()


def not_found(what: str) -> dict[str, Any]:
    return {"data": None, "errorType": "not_found", "errorMessage": f"{what} not found"}


def test_an_upload_is_found(world: World, log: pytest.LogCaptureFixture) -> None:
    [answer] = world.ask("one")
    assert answer["data"] == {
        "id": UPLOAD_ID,
        "filename": "notes.txt",
        "content_type": "text/plain",
        "size": 9,
        "created": "2026-11-23T03:28:47Z",
        "expires": "2026-11-23T03:43:47Z",
        "state": "done",
        "version": 0,
        # for the upload's own fields
        "user_id": USER.id,
        "key": KEY,
        "output_names": ["text.txt", "preview.jpg"],
    }
    assert outcomes(log) == ["found"]


def test_what_does_not_exist_is_not_found(world: World) -> None:
    assert world.ask("one", id="upload_none") == [not_found("Upload")]
    assert world.ask("one", user="user_none") == [not_found("User")]
    assert world.ask("", user="user_none") == [not_found("User")]


def test_what_somebody_may_not_see_answers_as_what_does_not_exist(world: World) -> None:
    for variant in ("", "one", "request"):
        assert world.ask(variant, identity=ADA) == [not_found("User")]
    assert world.ask("user", identity=ADA) == [not_found("User")] * 2


@pytest.mark.parametrize("variant", ["", "of_user"])
def test_pages_lead_through_all_uploads_once(world: World, variant: str) -> None:
    ids, seen, after = world.add(7), [], None
    while True:
        [answer] = world.ask(variant, first=3, after=after)
        page = answer["data"]
        seen += [edge["node"]["id"] for edge in page["edges"]]
        assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    assert seen == ids


def test_a_page_may_be_empty(world: World) -> None:
    world.client.tables["uploads"] = {}
    assert world.ask("") == [
        {"data": {"edges": [], "pageInfo": {"hasNextPage": False, "endCursor": None}}}
    ]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": 0}, "first must be a number from 1 to 100"),
        ({"first": 101}, "first must be a number from 1 to 100"),
        ({"first": -1}, "first must be a number from 1 to 100"),
        ({"after": ""}, "after must be the one of an earlier page, unchanged"),
        ({"after": UPLOAD_ID}, "after must be the one of an earlier page, unchanged"),
    ],
)
@pytest.mark.parametrize("variant", ["", "of_user"])
def test_a_bad_page_is_refused(
    world: World, variant: str, arguments: dict[str, Any], message: str
) -> None:
    [answer] = world.ask(variant, **arguments)
    assert answer == {"data": None, "errorType": "invalid", "errorMessage": message}


@given(st.none() | st.integers(-(2**31), 2**31 - 1), st.none() | st.text())
def test_any_page_is_answered_or_refused(first: int | None, after: str | None) -> None:
    [answer] = World().ask("", first=first, after=after)
    assert answer.get("errorType", "invalid") == "invalid"


def test_the_user_of_all_uploads_of_a_page_is_read_once(world: World) -> None:
    user = {"id": USER.id, "name": USER.name, "email": USER.email, "created": USER.created}
    assert world.ask("user") == [{"data": user}] * 2
    assert world.client.calls == ["BatchGetItem"]


def test_outputs_are_links_and_need_no_call(world: World) -> None:
    first, second = world.ask("outputs")
    [output] = first["data"]
    assert output["name"] == "text.txt"
    assert output["url"].startswith(f"https://s.example/processed/users/{USER.id}/{UPLOAD_ID}")
    assert second == first
    assert world.client.calls == []


def test_a_form_is_returned(world: World, log: pytest.LogCaptureFixture) -> None:
    [answer] = world.ask("request")
    requested = answer["data"]
    assert requested["upload"]["state"] == "waiting"
    assert requested["form"]["url"] == "https://s.example"
    fields = {each["name"]: each["value"] for each in requested["form"]["fields"]}
    assert fields["Content-Type"] == "image/jpeg"
    assert {"key", "policy", "x-amz-signature"} < set(fields)
    assert requested["replayed"] is False
    assert world.ask("request")[0]["data"]["replayed"] is True
    assert outcomes(log) == ["requested", "replayed"]


JSON = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
)
CODES = {400: "invalid", 413: "too_large"}


@pytest.mark.needs("request_upload")
@given(
    st.fixed_dictionaries({"filename": JSON, "content_type": JSON, "size": JSON})
    | st.fixed_dictionaries(
        {
            "filename": st.text(min_size=1),
            "content_type": st.just("text/plain"),
            "size": st.integers(-1, 2 * 10**6) | st.floats(0, 10),
        }
    ),
    st.none() | st.text(),
)
def test_any_input_gets_the_code_and_words_of_rest(given_input: Any, key: str | None) -> None:
    from handlers.request_upload.request_upload import request_upload

    event = samples.event("request_upload")
    event["pathParameters"]["id"] = USER.id
    event["body"] = json.dumps(given_input)
    event["headers"].pop("Idempotency-Key", None)
    if key is not None:
        event["headers"]["Idempotency-Key"] = key
    by_rest = request_upload(event, World().parts)
    [answer] = World().ask("request", input=given_input, idempotencyKey=key)
    if by_rest["statusCode"] == 201:
        assert answer["data"]["upload"]["size"] == given_input["size"]
    else:
        assert answer["errorType"] == CODES[by_rest["statusCode"]]
        assert answer["errorMessage"] == json.loads(by_rest["body"])["error"]


@pytest.mark.parametrize("variant", ["", "one", "of_user", "user", "request"])
def test_dynamodb_fails(world: World, variant: str) -> None:
    for code, kind in (("ThrottlingException", "busy"), ("AccessDenied", "internal_error")):
        world.client.errors = [client_error(code)]
        assert {each["errorType"] for each in world.ask(variant)} == {kind}
