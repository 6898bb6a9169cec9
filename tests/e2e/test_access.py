"""Access to the API with tokens of user pools, and with API keys."""

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cli import main as app
from local import cloud as local_cloud
from local.cloud import Cloud
from tests.support.e2e.asking import ask
from tests.support.e2e.listening import listening
from tests.support.e2e.oauth import Client, Jwt, flipped, new_client, sign_in
from tests.support.e2e.reading import SCOPE, path_of
from tests.support.e2e.system import Answer, Api, address
from tests.support.e2e.uploading import Caller
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # it has two clouds of its own

USERS = f"{PROJECT}/users.read"
READ, WRITE = f"{PROJECT}/{SCOPE}", f"{PROJECT}/users.write"
ORIGIN = "http://localhost:3000"
CALLBACK = f"{ORIGIN}/callback"
REFUSED = {"error": "Missing, invalid or expired token, or without the scope"}
# Long enough to use a token before it expires.
SECONDS = 4


@pytest.fixture(scope="module")
def guarded() -> Iterator[Cloud]:
    """Yield a system whose API requires tokens. Who may call is not up to the images."""
    access = {
        "authorization": "cognito",
        "cognito": {"callbackUrls": [CALLBACK]},
        "corsOrigins": [ORIGIN],
    }
    with local_cloud.start(config_overrides={"api": access}) as running:
        yield running


@pytest.fixture(scope="module")
def api(guarded: Cloud) -> Api:
    return Api(guarded.outputs["api_gateway_url"])


@pytest.fixture(scope="module")
def client(guarded: Cloud) -> Client:
    outputs = guarded.outputs
    return Client(outputs["token_endpoint"], outputs["client_id"], outputs["client_secret"])


@pytest.fixture(scope="module")
def token(client: Client) -> str:
    """Return a token with all scopes, so that a changed copy is refused for the change alone."""
    return client.token()


def create(api: Api, authorization: str | None, email: str | None = None) -> Answer:
    headers = {} if authorization is None else {"Authorization": authorization}
    return api("POST", "/users", {"name": "Ada", "email": email or address()}, headers)


def assert_refused(answer: Answer) -> None:
    assert (answer.status, answer.body) == (401, REFUSED)
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_token_for_all_opens_every_route(api: Api, token: str) -> None:
    created = create(api, f"Bearer {token}")
    assert created.status == 201
    path = path_of(created.body["user"]["id"])
    assert api("GET", path, headers={"Authorization": f"Bearer {token}"}).status == 200


def test_a_smoke_test_asks_with_a_token_and_without(
    api: Api,
    guarded: Cloud,
    client: Client,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": guarded.endpoint,
        **guarded.aws.credentials.variables(),
        "AWS_REGION": guarded.aws.region,
        "TOKEN_ENDPOINT": client.endpoint,
        "CLIENT_ID": client.id,
        "CLIENT_SECRET": client.secret,
    }.items():
        monkeypatch.setenv(name, value)
    assert app(["smoke", api.url]) == 0
    assert "ok      callers without credentials get nothing" in capsys.readouterr().out
    monkeypatch.setenv("CLIENT_SECRET", "wrong")
    assert app(["smoke", api.url]) == 1
    assert f"returns no token for client {client.id}: 4" in capsys.readouterr().err
    for name in ("TOKEN_ENDPOINT", "CLIENT_ID", "CLIENT_SECRET"):
        monkeypatch.delenv(name)
    assert app(["smoke", api.url]) == 1
    assert "credentials are missing; got 401" in capsys.readouterr().err


def test_a_token_opens_the_routes_of_its_scope_and_no_other(api: Api, client: Client) -> None:
    reader, writer = (f"Bearer {client.token(scope)}" for scope in (READ, WRITE))
    created = create(api, writer)
    assert created.status == 201
    path = path_of(created.body["user"]["id"])
    assert api("GET", path, headers={"Authorization": reader}).status == 200
    assert_refused(create(api, reader))
    assert_refused(api("GET", path, headers={"Authorization": writer}))


@pytest.mark.needs("live_uploads")
def test_live_push_lets_in_whom_the_api_lets_in(api: Api, guarded: Cloud, client: Client) -> None:
    """And acts for the ticket's caller: services hear of every user's uploads, people of theirs."""
    service = Api(api.url, f"Bearer {client.token()}")
    assert_refused(api("POST", "/tickets"))
    writer = f"Bearer {client.token(WRITE)}"
    assert_refused(api("POST", "/tickets", headers={"Authorization": writer}))
    scopes = (WRITE, f"{PROJECT}/uploads.read", f"{PROJECT}/uploads.write")
    tokens = signed_in(guarded, client, *scopes)
    person = Api(api.url, f"Bearer {tokens['access_token']}")
    theirs, others = Caller(person), Caller(service)
    with listening(service) as hears_all, listening(person) as hears_own:
        for caller, is_theirs in ((theirs, True), (others, False)):
            upload = caller.requests("notes.txt", 9, "text/plain")["upload"]
            assert hears_all.asks(caller.user, upload["id"]) == {"upload": upload}
            heard = hears_own.asks(caller.user, upload["id"])
            missing = {"error": "User not found", "upload_id": upload["id"]}
            assert heard == ({"upload": upload} if is_theirs else missing)


@pytest.mark.needs("resolve_users")
def test_graphql_lets_in_whom_the_api_lets_in(api: Api, guarded: Cloud, client: Client) -> None:
    """And people see whom they created, services see everybody, if their token has the scope."""
    query = "query Read($id: ID!) { user(id: $id) { id } }"
    service = Api(api.url, f"Bearer {client.token()}")
    tokens = signed_in(guarded, client, USERS, WRITE)
    person = Api(api.url, f"Bearer {tokens['access_token']}")
    theirs, others = person.new_user()["id"], service.new_user()["id"]
    seen = {
        (caller, id_): ask(guarded, caller, query, id=id_)["data"]["user"]
        for caller in (service, person)
        for id_ in (theirs, others)
    }
    shown = {key: key != (person, others) for key in seen}
    assert seen == {key: {"id": key[1]} if shown[key] else None for key in seen}
    for token, kind in (
        (client.token(WRITE), "unauthorized"),
        (tokens["id_token"], "unauthorized"),
        (client.token(USERS), None),
    ):
        answer = ask(guarded, Api(api.url, token), query, id=theirs)
        assert [each["errorType"] for each in answer.get("errors", ())] == ([kind] if kind else [])
    with pytest.raises(urllib.error.HTTPError, match="401"):
        ask(guarded, Api(api.url, "Bearer e30.e30.e30"), query, id=theirs)


def test_an_expired_token(api: Api, guarded: Cloud, client: Client) -> None:
    short = new_client(
        guarded.client("cognito-idp"),
        guarded.outputs["user_pool_id"],
        client.endpoint,
        [READ, WRITE],
        # AWS requires at least five minutes; the emulator does not.
        AccessTokenValidity=SECONDS,
        TokenValidityUnits={"AccessToken": "seconds"},
    )
    token = short.token()
    assert create(api, f"Bearer {token}").status == 201
    time.sleep(max(0.0, Jwt.read(token).claims["exp"] - time.time()) + 0.1)
    assert_refused(create(api, f"Bearer {token}"))


@pytest.fixture(scope="module")
def stranger(guarded: Cloud, client: Client) -> Client:
    """Return a client of another pool with the same resource server and scopes."""
    cognito = guarded.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="other")["UserPool"]["Id"]
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier=PROJECT,
        Name="same",
        Scopes=[
            {"ScopeName": scope.partition("/")[2], "ScopeDescription": "same"}
            for scope in (READ, WRITE)
        ],
    )
    return new_client(cognito, pool, client.endpoint, [READ, WRITE])


def test_a_token_of_another_pool(api: Api, stranger: Client, token: str) -> None:
    theirs = stranger.token()
    assert set(Jwt.read(theirs).claims["scope"].split()) == {READ, WRITE}
    assert_refused(create(api, f"Bearer {theirs}"))


def test_a_token_that_claims_to_be_of_the_pool(api: Api, stranger: Client, token: str) -> None:
    """A token signed by another pool's key is refused, whichever key it names."""
    ours, theirs = Jwt.read(token), Jwt.read(stranger.token())
    for header in (ours.header, theirs.header):
        assert_refused(create(api, f"Bearer {Jwt(header, ours.claims, theirs.signature)}"))


def tampered(token: str) -> dict[str, str]:
    jwt = Jwt.read(token)
    more = {"scope": f"{READ} {WRITE}", "exp": jwt.claims["exp"] + 3_600, "sub": "somebody else"}
    changed = {
        f"claims: {name}": str(Jwt(jwt.header, jwt.claims | {name: value}, jwt.signature))
        for name, value in more.items()
    }
    for algorithm in ("none", "None", "HS256"):
        header = {"alg": algorithm, "kid": jwt.header["kid"]}
        changed[f"algorithm: {algorithm}"] = str(Jwt(header, jwt.claims, b""))
    unsigned = token.rpartition(".")[0]
    return changed | {
        "key: unknown": str(Jwt(jwt.header | {"kid": "x"}, jwt.claims, jwt.signature)),
        "key: none": str(Jwt({"alg": "RS256"}, jwt.claims, jwt.signature)),
        "signature: empty": f"{unsigned}.",
        "signature: gone": unsigned,
        "signature: another": str(Jwt(jwt.header, jwt.claims, bytes(len(jwt.signature)))),
        "one part more": f"{token}.x",
    }


def test_a_tampered_token(api: Api, client: Client) -> None:
    reader = client.token(READ)
    assert str(Jwt.read(reader)) == reader  # so the changes below are the only ones
    for change, token in tampered(reader).items():
        answer = create(api, f"Bearer {token}")
        assert (answer.status, answer.body) == (401, REFUSED), change
        answer = api("GET", path_of("nobody"), headers={"Authorization": f"Bearer {token}"})
        assert (answer.status, answer.body) == (401, REFUSED), change
    answer = api("GET", path_of("nobody"), headers={"Authorization": f"Bearer {reader}"})
    assert answer.status == 404


@given(part=st.sampled_from([0, 1, 2]), index=st.integers(0, 2_000), bits=st.integers(1, 255))
@settings(max_examples=60)
def test_any_changed_byte_is_refused(
    api: Api, token: str, part: int, index: int, bits: int
) -> None:
    assert_refused(create(api, f"Bearer {flipped(token, part, index, bits)}"))


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "garbage", "Bearer garbage", "Bearer a.b.c", "Bearer ..",
     "Bearer W10.W10.W10", "Bearer e30.e30.e30", "Basic YTpi", "Bearer " + "x" * 4_000],
)  # fmt: skip
def test_no_token(api: Api, authorization: str | None) -> None:
    assert_refused(create(api, authorization))


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF, exclude_characters="\x7f")))
@settings(max_examples=60)
def test_no_text_is_a_token(api: Api, text: str) -> None:
    assert_refused(create(api, f"Bearer {text}"))


def test_a_refused_request_reaches_no_function(api: Api, guarded: Cloud, token: str) -> None:
    email = address()
    assert_refused(create(api, None, email))
    assert_refused(create(api, f"Bearer {flipped(token, 2, 0, 1)}", email))
    # No user has the address.
    assert create(api, f"Bearer {token}", email).status == 201


def test_a_token_is_asked_for_before_the_body_is_looked_at(api: Api, token: str) -> None:
    assert_refused(api("POST", "/users", b"{"))
    answer = api("POST", "/users", b"{", {"Authorization": f"Bearer {token}"})
    assert (answer.status, answer.body) == (400, {"error": "Invalid request body"})


def signed_in(guarded: Cloud, client: Client, *scopes: str) -> dict[str, str]:
    """Create a person, sign them in to the web app, and return their tokens."""
    name, password = address(), "Correct-horse-battery-1"
    cognito, pool = guarded.client("cognito-idp"), guarded.outputs["user_pool_id"]
    cognito.admin_create_user(
        UserPoolId=pool, Username=name, UserAttributes=[{"Name": "email", "Value": name}]
    )
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=name, Password=password, Permanent=True
    )
    return sign_in(
        client.endpoint,
        guarded.outputs["web_client_id"],
        callback=CALLBACK,
        scope=" ".join(["openid", *scopes]),
        name=name,
        password=password,
    )


def test_a_person_signs_in_to_a_web_app(api: Api, guarded: Cloud, client: Client) -> None:
    """The access token allows what its scopes say; the id token allows nothing."""
    given = signed_in(guarded, client, WRITE)
    assert create(api, f"Bearer {given['access_token']}").status == 201
    assert_refused(
        api("GET", path_of("x"), headers={"Authorization": f"Bearer {given['access_token']}"})
    )
    assert_refused(create(api, f"Bearer {given['id_token']}"))


def test_two_clients_may_choose_the_same_idempotency_key(
    api: Api, guarded: Cloud, client: Client
) -> None:
    other = new_client(
        guarded.client("cognito-idp"),
        guarded.outputs["user_pool_id"],
        client.endpoint,
        [READ, WRITE],
    )
    assert_independent(
        api, *({"Authorization": f"Bearer {each.token()}"} for each in (client, other))
    )


def assert_independent(api: Api, *callers: dict[str, str]) -> None:
    """Let two callers use one Idempotency-Key: each gets its own first answer again."""
    key = {"Idempotency-Key": address()}
    bodies = [{"name": "Ada", "email": address()} for _ in callers]
    first, again = (
        [
            api("POST", "/users", body, {**who, **key})
            for who, body in zip(callers, bodies, strict=True)
        ]
        for _ in range(2)
    )
    assert [answer.status for answer in first + again] == [201] * 4
    assert [answer.body for answer in again] == [answer.body for answer in first]
    assert first[0].body != first[1].body
    assert all("idempotent-replayed" not in answer.headers for answer in first)
    assert all(answer.headers["idempotent-replayed"] == "true" for answer in again)
    # One caller, the key again, another body.
    assert api("POST", "/users", bodies[1], {**callers[0], **key}).status == 422


def test_no_password_skips_the_sign_in_page(guarded: Cloud) -> None:
    """A token from Cognito's own sign-in API has none of our scopes."""
    cognito = guarded.client("cognito-idp")
    with pytest.raises(cognito.exceptions.InvalidParameterException, match="not enabled"):
        cognito.initiate_auth(
            ClientId=guarded.outputs["web_client_id"],
            AuthFlow="USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": "a@example.com", "PASSWORD": "x"},
        )


def test_a_preflight_needs_no_token_and_allows_to_send_one(api: Api) -> None:
    request = urllib.request.Request(
        f"{api.url}/users",
        method="OPTIONS",
        headers={"Origin": ORIGIN, "Access-Control-Request-Method": "POST"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert response.status == 204
        assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
        allowed = response.headers["Access-Control-Allow-Headers"].split(",")
    assert "Authorization" in allowed
    # A web app may read the reason.
    answer = create(api, None)
    assert answer.headers["access-control-allow-origin"] == ORIGIN


# Keys


@pytest.fixture(scope="module")
def keyed() -> Iterator[Cloud]:
    """Yield a system whose API requires a key."""
    plan = {"rateLimit": 100, "burstLimit": 100}
    access = {"authorization": "api_key", "usagePlan": plan}
    with local_cloud.start(config_overrides={"api": access}) as running:
        yield running


def test_keys(keyed: Cloud) -> None:
    api = Api(keyed.outputs["api_gateway_url"])
    user = {"name": "Ada", "email": address()}
    # Another key of the account, without a usage plan.
    other: dict[str, Any] = keyed.client("apigateway").create_api_key(name="other", enabled=True)
    for key in (None, "", "wrong", other["value"], keyed.outputs["api_key"][:-1]):
        headers = {} if key is None else {"x-api-key": key}
        answer = api("POST", "/users", user, headers)
        assert (answer.status, answer.body) == (403, {"error": "Invalid or missing API key"}), key
        assert api("GET", path_of("x"), headers=headers).status == 403
    right = {"x-api-key": keyed.outputs["api_key"]}
    assert api("POST", "/users", user, right).status == 201
    assert api("GET", path_of("nobody"), headers=right).status == 404


def test_two_keys_share_neither_idempotency_keys_nor_tags(keyed: Cloud) -> None:
    gateway = keyed.client("apigateway")
    [plan] = gateway.get_usage_plans()["items"]
    other = gateway.create_api_key(name="of another caller", enabled=True)
    gateway.create_usage_plan_key(usagePlanId=plan["id"], keyId=other["id"], keyType="API_KEY")
    api, keys = Api(keyed.outputs["api_gateway_url"]), (keyed.outputs["api_key"], other["value"])
    callers = [{"x-api-key": key} for key in keys]
    assert_independent(api, *callers)
    # Nor is one answered by the tag of what the other one has.
    created = api("POST", "/users", {"name": "Ada", "email": address()}, callers[0])
    path = path_of(created.body["user"]["id"])
    tag = {"If-None-Match": api("GET", path, headers=callers[0]).headers["etag"]}
    answers = [api("GET", path, headers={**who, **tag}).status for who in [*callers, {}]]
    assert answers == [304, 200, 403]


def test_a_smoke_test_leaves_nothing_of_its_caller(
    keyed: Cloud, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": keyed.endpoint,
        **keyed.aws.credentials.variables(),
        "AWS_REGION": keyed.aws.region,
        "API_KEY": keyed.outputs["api_key"],
    }.items():
        monkeypatch.setenv(name, value)

    def idempotency_keys() -> set[str]:
        scan = keyed.client("dynamodb").scan(TableName=keyed.outputs["ledger_table_name"])
        return {i["id"]["S"] for i in scan["Items"] if i["id"]["S"].startswith("idempotency#")}

    before = idempotency_keys()
    assert app(["smoke", keyed.outputs["api_gateway_url"]]) == 0, capsys.readouterr()
    assert idempotency_keys() - before == set()
