"""No web page of another origin may use the local cloud (``tests/browser`` sends real ones)."""

import http.client

import pytest

from local.cloud import Cloud
from tests.support.e2e.clouds import ORIGIN as OURS

FOREIGN = "https://evil.example"
PATHS = (
    "/",
    "/docs",
    "/docs/openapi.json",
    "/_ministack/health",
    "/_ministack/ses/messages",
    "/_ministack/config",
    "/_localstack/health",
    "/_aws/execute-api/x/y/users",
    "/2015-03-31/functions",
    "/bucket/key",
    "/bucket/key?X-Amz-Signature=0",
    "/oauth2/token",
    "/login",
    "/health",
)


def ask(
    cloud: Cloud, method: str, path: str, headers: dict[str, str]
) -> tuple[int, str | None, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", cloud.emulator.port, timeout=30)
    try:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Access-Control-Allow-Origin"], answer.read()
    finally:
        connection.close()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": FOREIGN},
        {"Origin": "null"},
        {"Origin": "http://localhost:3001"},
        {"Origin": f"{OURS}.evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site", "Sec-Fetch-Mode": "no-cors"},
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:4566"},
        {"Host": "localhost.evil.example"},
        {"Host": "localhost@evil.example"},
        {"Host": "10.0.0.1"},
        {"Host": ""},
        {"Host": "evil.example", "Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
    ids=str,
)
def test_no_path_answers_another_site(cloud: Cloud, path: str, headers: dict[str, str]) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        more = {"Access-Control-Request-Method": "POST"} if method == "OPTIONS" else {}
        status, allows, _ = ask(cloud, method, path, headers | more)
        assert (status, allows) == (403, None), method


def test_the_configured_origin_reaches_the_api_and_nothing_else(cloud: Cloud) -> None:
    users = cloud.outputs["api_gateway_url"].removeprefix(cloud.endpoint) + "/users"
    page = {"Origin": OURS, "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "cors"}
    preflight = ask(cloud, "OPTIONS", users, page | {"Access-Control-Request-Method": "POST"})
    assert preflight[:2] == (204, OURS)
    assert ask(cloud, "POST", users, page)[:2] == (400, OURS)
    for path in PATHS:
        if not path.startswith(("/_aws/", "/oauth2/token", "/bucket/key?")):
            assert ask(cloud, "GET", path, page)[:2] == (403, None), path


def test_the_cloud_answers_the_user_and_its_own_page(cloud: Cloud) -> None:
    port = cloud.emulator.port
    for headers in (
        {},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Host": f"localhost:{port}"},
        {"Host": f"localhost:{port}", "Origin": f"http://localhost:{port}"},
    ):
        assert ask(cloud, "GET", "/docs", headers)[0] == 200, headers


def test_a_link_may_lead_to_the_sign_in_page_and_to_no_other(cloud: Cloud) -> None:
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    refused = ask(cloud, "GET", "/docs", link)
    assert refused[0] == 403
    assert ask(cloud, "GET", "/oauth2/authorize", link)[2] != refused[2]
    assert ask(cloud, "POST", "/oauth2/authorize", link)[2] == refused[2]
