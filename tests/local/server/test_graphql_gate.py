"""Who may send a GraphQL request, and which page."""

import json
import time
from typing import Any

import pytest

from local.aws import Aws
from tests.support.bare_emulator import bare_emulator
from tests.support.signing import REGION, Request, send

KEY = {"Content-Type": "application/json"}
QUERY = json.dumps({"query": "{ __typename }"}).encode()


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with bare_emulator(tmp_path_factory.mktemp("graphql"), REGION) as running:
        yield running


@pytest.fixture(scope="module")
def api(aws: Aws) -> tuple[str, str, str]:
    """Return the path of an API, its key, and a key that has expired."""
    appsync = aws.client("appsync")
    id_ = appsync.create_graphql_api(name="one", authenticationType="API_KEY")["graphqlApi"][
        "apiId"
    ]
    appsync.start_schema_creation(apiId=id_, definition=b"type Query { a: Int }")
    keys = [
        appsync.create_api_key(apiId=id_, expires=int(time.time()) + seconds)["apiKey"]["id"]
        for seconds in (3_600, -1)
    ]
    return f"/v1/apis/{id_}/graphql", keys[0], keys[1]


def ask(aws: Aws, path: str, body: bytes = QUERY, **headers: str) -> tuple[int, Any]:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    status, answer = send(aws.endpoint, Request("appsync", "POST", path, KEY | named, body))
    return status, json.loads(answer)


def test_a_key_lets_in_and_nothing_else_does(aws: Aws, api: tuple[str, str, str]) -> None:
    path, key, expired = api
    assert ask(aws, path, x_api_key=key) == (200, {"data": {"__typename": "Query"}})
    for headers in ({}, {"x_api_key": expired}, {"x_api_key": "da2-x"}, {"Authorization": key}):
        status, answer = ask(aws, path, **headers)
        assert (status, answer["errors"][0]["errorType"]) == (401, "UnauthorizedException")


def test_another_api_is_not_found(aws: Aws, api: tuple[str, str, str]) -> None:
    assert ask(aws, "/v1/apis/nothing/graphql", x_api_key=api[1])[0] == 404


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"query": 1}', b'{"query": "{"}', b"\xff", b"[" * 100_000,
     b'{"query": "{a}", "variables": []}', b'{"query": "{a}", "operationName": 1}'],
)  # fmt: skip
def test_what_is_no_request_is_malformed(aws: Aws, api: tuple[str, str, str], body: bytes) -> None:
    status, answer = ask(aws, api[0], body, x_api_key=api[1])
    assert (status, answer["errors"][0]["errorType"]) == (400, "MalformedHttpRequestException")


def test_a_body_has_a_limit(aws: Aws, api: tuple[str, str, str]) -> None:
    assert ask(aws, api[0], b" " * 1_000_001, x_api_key=api[1])[0] == 413


def test_no_page_of_another_origin_gets_in(aws: Aws, api: tuple[str, str, str]) -> None:
    path, key, _ = api
    assert ask(aws, path, x_api_key=key, Origin=aws.endpoint)[0] == 200
    for headers in ({"Origin": "https://evil.example.com"}, {"Sec_Fetch_Site": "cross-site"},
                    {"Host": "evil.example.com"}):  # fmt: skip
        status, answer = ask(aws, path, x_api_key=key, **headers)
        assert status == 403, headers
        assert "data" not in answer


def test_the_limits_of_an_api_can_be_changed(aws: Aws, api: tuple[str, str, str]) -> None:
    """The emulator itself leaves them as they are."""
    path, key, _ = api
    query = json.dumps({"query": '{ __type(name: "Query") { name } }'}).encode()
    assert ask(aws, path, query, x_api_key=key)[1]["data"]
    aws.client("appsync").update_graphql_api(
        apiId=path.split("/")[3],
        name="one",
        authenticationType="API_KEY",
        introspectionConfig="DISABLED",
        queryDepthLimit=0,
    )
    assert ask(aws, path, query, x_api_key=key)[1]["data"] is None
