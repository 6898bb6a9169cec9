"""The API viewer, without a browser (``tests/browser`` uses one)."""

import http.client
import json
from urllib.parse import urlsplit

import pytest

from blueprint.project import ROOT
from local.cloud import Cloud

Got = tuple[int, dict[str, str], bytes]


def get(
    cloud: Cloud, path: str, *, method: str = "GET", headers: dict[str, str] | None = None
) -> Got:
    """Request a path unchanged, including dots."""
    connection = http.client.HTTPConnection("127.0.0.1", cloud.emulator.port, timeout=30)
    try:
        connection.request(method, path, headers=headers or {})
        answer = connection.getresponse()
        return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def test_the_page_may_load_nothing_from_elsewhere(cloud: Cloud) -> None:
    assert cloud.viewer == f"{cloud.endpoint}/docs"
    status, headers, page = get(cloud, "/docs")
    assert (status, headers["content-type"]) == (200, "text/html; charset=utf-8")
    policy = dict(
        part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
    )
    assert policy.pop("img-src") == "'self' data:"
    assert {name for name, sources in policy.items() if sources == "'self'"} == {
        "script-src",
        "style-src",
        "connect-src",
    }
    assert set(policy.values()) == {"'self'", "'none'"}
    assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
    assert headers["x-content-type-options"] == "nosniff"
    assert b"http" not in page


@pytest.mark.parametrize(
    ("name", "kind", "beginning"),
    [
        ("", "text/html; charset=utf-8", b"<!doctype html>"),
        ("start.js", "text/javascript; charset=utf-8", b"SwaggerUIBundle("),
        ("swagger-ui-bundle.js", "text/javascript; charset=utf-8", b"/*! For license"),
        ("swagger-ui.css", "text/css; charset=utf-8", b".swagger-ui{"),
        ("favicon-32x32.png", "image/png", b"\x89PNG"),
        ("openapi.json", "application/json", b'{"openapi": "3.1.0"'),
    ],
)
def test_what_is_served(cloud: Cloud, name: str, kind: str, beginning: bytes) -> None:
    status, headers, body = get(cloud, f"/docs/{name}")
    assert (status, headers["content-type"]) == (200, kind)
    assert body.startswith(beginning)
    assert headers["content-length"] == str(len(body))
    assert get(cloud, f"/docs/{name}", method="HEAD")[0::2] == (200, b"")


def test_the_document_is_the_projects_and_leads_to_this_api(cloud: Cloud) -> None:
    served = json.loads(get(cloud, "/docs/openapi.json")[2])
    [server] = served.pop("servers")
    assert served == json.loads((ROOT / "openapi.json").read_text())
    assert cloud.outputs["api_gateway_url"] == cloud.endpoint + server["url"]
    assert urlsplit(server["url"]).netloc == ""


@pytest.mark.parametrize(
    "path",
    [
        "/docs/../emulator.log",
        "/docs/%2e%2e/emulator.log",
        "/docs/..%2femulator.log",
        "/docs//etc/passwd",
        "/docs/swagger-ui-bundle.js/../../../__init__.py",
        "/docs/swagger-ui.js",
        "/docs/LICENSE",
        "/docs/openapi.json%00.png",
    ],
)
def test_nothing_else_is_served(cloud: Cloud, path: str) -> None:
    status, headers, body = get(cloud, path)
    assert (status, body) == (404, b"There is no such page.\n")
    assert "content-security-policy" in headers


def test_a_bucket_may_have_its_name(cloud: Cloud) -> None:
    """The viewer answers browsers; a signed request goes to S3."""
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="docs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="docs", Key="swagger-ui.css", Body=b"mine")
    try:
        assert s3.get_object(Bucket="docs", Key="swagger-ui.css")["Body"].read() == b"mine"
        assert get(cloud, "/docs/swagger-ui.css")[2].startswith(b".swagger-ui{")
    finally:
        s3.delete_object(Bucket="docs", Key="swagger-ui.css")
        s3.delete_bucket(Bucket="docs")
