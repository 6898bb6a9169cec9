"""Who may do what: each caller with each operation on a user, and on what belongs to the user.

Operations are those of the REST API, the messages of live push, and the fields of GraphQL.

docs/architecture.md says the rule in words.
"""

import json
from typing import Any

import pytest
from botocore.credentials import Credentials

from handlers.domain.api import SCOPES, SERVICE_SCOPES
from handlers.domain.erasure import erasure_id
from handlers.domain.erasure_store import ErasureStore
from handlers.domain.upload_store import UploadStore
from handlers.domain.user_store import UserStore
from handlers.runtime.presign import Presigner
from tests.support import samples
from tests.support.fakes import FakeDynamoDB
from tests.support.functions import FOLDERS, operations
from tests.support.machine import FakeExecutions

PERSON = {"claims": {"sub": "person-1", "client_id": "web"}}
OTHER = {"claims": {"sub": "person-2", "client_id": "web"}}
SERVICE = {"claims": {"sub": "service-1", "client_id": "service-1"}}
CALLERS = {"person": PERSON, "other person": OTHER, "service": SERVICE, "key": None, "nobody": None}

ON_A_USER = {
    "getUser": "get_user",
    "requestUpload": "request_upload",
    "listUploads": "list_uploads",
    "getUpload": "get_upload",
    "requestErasure": "request_erasure",
    "getErasure": "get_erasure",
}
ON_A_USER = {operation: folder for operation, folder in ON_A_USER.items() if folder in FOLDERS}
"""The operations on a user and on what belongs to the user, by their ids, with their folders."""

BY_SOCKET = ["subscribe"] if "live_uploads" in FOLDERS else []
"""The same, as messages on a WebSocket."""

BY_GRAPHQL = {
    "Query.user": "getUser",
    "Query.upload": "getUpload",
    "Query.uploads": "listUploads",
    "Upload.user": "getUser",
    "Mutation.requestUpload": "requestUpload",
}
"""Fields on a user, and the operations that answer the same; none if GraphQL was removed."""

if not {"resolve_users", "resolve_uploads"} <= set(FOLDERS):
    BY_GRAPHQL = {}

pytestmark = pytest.mark.needs("create_user", "request_upload")

MAY = {
    # who created the user: who may see it, and what belongs to it
    "person": {"person", "service", "key", "nobody"},
    "service": {"service", "key", "nobody"},
    "key": {"service", "key", "nobody"},
    "nobody": {"service", "key", "nobody"},
}


class World:
    """A user with an upload, both of one caller."""

    def __init__(self, creator: str) -> None:
        from handlers.create_user.create_user import create_user

        client = FakeDynamoDB()
        self.client = client
        self.users = UserStore(client, "users", ledger_table="ledger")
        self.uploads = UploadStore(client, "uploads")
        self.erasures = ErasureStore(client, "erasures", users_table="users")
        self.executions = FakeExecutions()
        created = create_user(event_of("create_user", creator), self.users)
        self.user: str = json.loads(created["body"])["user"]["id"]
        requested = self.call("requestUpload", creator)
        assert requested["statusCode"] == 201
        self.upload: str = json.loads(requested["body"])["upload"]["id"]

    def subscribe(self, caller: str) -> Any:
        """Connect with a ticket of a caller, and subscribe to the upload."""
        from handlers.create_ticket.create_ticket import create_ticket
        from handlers.domain.live_store import LiveStore
        from handlers.live_uploads.live_uploads import Limits, Parts, answer

        live = LiveStore(self.client, "live")
        ticket = create_ticket(event_of("create_ticket", caller), live=live, url="wss://live")
        parts = Parts(
            users=self.users,
            uploads=self.uploads,
            live=live,
            limits=Limits(connections=1, subscriptions=1),
            origins="https://app.example.com",
        )
        connect = samples.event("live_uploads", "connect")
        url = json.loads(ticket["body"])["url"]
        connect["queryStringParameters"] = {"ticket": url.partition("?ticket=")[2]}
        assert answer(connect, parts) == {"statusCode": 200}
        message = samples.event("live_uploads")
        words = {"action": "subscribe", "user": self.user, "upload": self.upload}
        message["body"] = json.dumps(words)
        return answer(message, parts)

    def ask(self, field: str, caller: str) -> Any:
        """Ask for a field of GraphQL; return the function's answer."""
        from handlers.domain.upload_creation import Parts
        from handlers.resolve_uploads import resolve_uploads
        from handlers.resolve_users import resolve_users
        from handlers.runtime.resolver import answer

        presigner = Presigner("https://s.example", "eu-central-1", Credentials("A", "s", "t"))
        parts = Parts(
            users=self.users,
            uploads=self.uploads,
            presigner=presigner,
            bucket="storage",
            most_bytes=10**6,
        )
        fields = resolve_users.fields(self.users) | resolve_uploads.fields(parts)
        new = {"filename": "a", "content_type": "text/plain", "size": 1}
        type_, name = field.split(".")
        arguments = {"user": self.user, "id": self.upload, "input": new}
        if field == "Query.user":
            arguments["id"] = self.user
        claims = (CALLERS[caller] or {}).get("claims")
        scope = f"app/{fields[field].scope}"
        context = {
            "arguments": arguments,
            "identity": claims and {"claims": {**claims, "scope": scope}},
            "source": {"user_id": self.user},
            "info": {"parentTypeName": type_, "fieldName": name},
        }
        [answered] = answer([context], fields, resource_server="app")
        return answered

    def call(self, operation: str, caller: str) -> Any:
        presigner = Presigner("https://s.example", "eu-central-1", Credentials("A", "s", "t"))
        event = event_of(ON_A_USER[operation], caller)
        event["pathParameters"] = {"id": self.user, "upload": getattr(self, "upload", "")}
        uploads: dict[str, Any] = {"users": self.users, "uploads": self.uploads}
        match operation:
            case "getUser":
                from handlers.get_user.get_user import get_user

                return get_user(event, self.users)
            case "requestUpload":
                from handlers.domain.upload_creation import Parts
                from handlers.request_upload.request_upload import request_upload

                parts = Parts(**uploads, presigner=presigner, bucket="storage", most_bytes=10**6)
                return request_upload(event, parts)
            case "listUploads":
                from handlers.list_uploads.list_uploads import list_uploads

                return list_uploads(event, **uploads)
            case "getUpload":
                from handlers.get_upload.get_upload import get_upload

                return get_upload(event, **uploads, presigner=presigner)
            case "requestErasure":
                from handlers.request_erasure.request_erasure import request_erasure

                return request_erasure(event, erasures=self.erasures, executions=self.executions)
            case "getErasure":
                from handlers.get_erasure.get_erasure import get_erasure

                self.erasures.begin(self.user, None)
                event["pathParameters"] = {"id": erasure_id(self.user)}
                return get_erasure(event, erasures=self.erasures, executions=self.executions)
        raise AssertionError(f"{operation}: call it here")


def event_of(function: str, caller: str) -> dict[str, Any]:
    made = samples.event(function)
    if CALLERS[caller]:
        made["requestContext"]["authorizer"] = CALLERS[caller]
    elif caller == "key":
        made["requestContext"]["identity"]["apiKeyId"] = "key-1"
    return made


@pytest.mark.parametrize("operation", ON_A_USER)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("creator", MAY)
def test_who_may(creator: str, caller: str, operation: str) -> None:
    answer = World(creator).call(operation, caller)
    if caller in MAY[creator]:
        assert answer["statusCode"] in (200, 201, 202)
    else:  # what somebody may not see answers as what does not exist
        assert answer["statusCode"] == 404
        what = "Erasure" if operation == "getErasure" else "User"
        assert json.loads(answer["body"]) == {"error": f"{what} not found"}


@pytest.mark.needs("erasure")
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("creator", MAY)
def test_who_may_ask_again_when_the_user_is_gone(creator: str, caller: str) -> None:
    world = World(creator)
    world.erasures.begin(world.user, None)
    world.client.tables["users"] = {}
    answer = world.call("requestErasure", caller)
    assert answer["statusCode"] == (202 if caller in MAY[creator] else 404)


@pytest.mark.needs("erasure")
@pytest.mark.parametrize("operation", [each for each in ON_A_USER if "Erasure" not in each])
def test_a_user_who_is_being_erased_answers_as_one_that_does_not_exist(operation: str) -> None:
    world = World("nobody")
    assert world.call("requestErasure", "nobody")["statusCode"] == 202
    answer = world.call(operation, "nobody")
    assert (answer["statusCode"], json.loads(answer["body"])) == (404, {"error": "User not found"})


@pytest.mark.needs("get_upload")
@pytest.mark.parametrize("message", BY_SOCKET)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("creator", MAY)
def test_who_may_by_socket(creator: str, caller: str, message: str) -> None:
    world = World(creator)
    body = json.loads(getattr(world, message)(caller)["body"])
    if caller in MAY[creator]:
        polled = json.loads(world.call("getUpload", caller)["body"])
        assert {**body["upload"], "outputs": []} == polled  # the same words
    else:
        assert body == {"error": "User not found", "upload_id": world.upload}


@pytest.mark.parametrize("field", BY_GRAPHQL)
@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("creator", MAY)
def test_who_may_by_graphql(creator: str, caller: str, field: str) -> None:
    answer = World(creator).ask(field, caller)
    if caller in MAY[creator]:
        assert answer["data"]
    else:
        assert (answer["errorType"], answer["errorMessage"]) == ("not_found", "User not found")


@pytest.mark.needs("graphql")
def test_fields_need_the_scopes_of_the_operations() -> None:
    from handlers.resolve_uploads import resolve_uploads
    from handlers.resolve_users import resolve_users

    unused: Any = None
    fields = resolve_users.fields(unused) | resolve_uploads.fields(unused)
    # What leads from a user or an upload that was shown to what belongs to it.
    alike = {
        **BY_GRAPHQL,
        "Mutation.createUser": "createUser",
        "User.uploads": "listUploads",
        "Upload.outputs": "getUpload",
    }
    assert set(fields) == set(alike)
    demanded = {each["operationId"]: each["security"] for each in operations().values()}
    for name, operation in alike.items():
        if operation in demanded:
            assert demanded[operation] == [{"Token": [fields[name].scope]}]


def test_every_operation_on_a_user_is_in_the_table() -> None:
    on_a_user = {
        operation["operationId"]
        for operation in operations().values()
        if any(each["in"] == "path" for each in operation.get("parameters", ()))
    }
    assert on_a_user == set(ON_A_USER)


@pytest.mark.needs("get_activity")
@pytest.mark.parametrize("caller", CALLERS)
def test_figures_belong_to_nobody_and_the_scope_decides(caller: str) -> None:
    """Only services get the scope of a pool that the stack makes."""
    from handlers.domain.activity_store import ActivityStore
    from handlers.get_activity.get_activity import get_activity

    class Empty:
        def query(self, **_: Any) -> Any:
            return {"Items": []}

    answer = get_activity(event_of("get_activity", caller), ActivityStore(Empty(), "activity"))
    assert answer["statusCode"] == 200
    [demanded] = operations()["get-activity"]["security"]
    assert set(demanded["Token"]) <= set(SERVICE_SCOPES) < set(SCOPES)
    if "resolve_figures" in FOLDERS:
        from handlers.resolve_figures.resolve_figures import fields

        unused: Any = None
        assert [field.scope for field in fields(unused).values()] == demanded["Token"]


def test_a_user_of_a_time_before_owners_is_for_services_only() -> None:
    world = World("service")
    assert world.call("requestUpload", "person")["statusCode"] == 404
    assert world.call("requestUpload", "key")["statusCode"] == 201


def test_what_is_stored_of_a_person_does_not_name_them() -> None:
    world = World("person")
    stored = json.dumps(world.client.tables)
    assert "person-1" not in stored
    assert '"owner"' in stored
