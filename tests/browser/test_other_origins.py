"""What a page of another origin, in a real browser, gets from the local cloud."""

import base64
import shutil
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.exceptions import ClientError
from playwright.sync_api import Page, sync_playwright

from local import cloud as local_cloud
from local.cloud import Cloud

# A simple request has no preflight; the second one has. Both carry the emulator's own key.
_SEND = """async ([url, headers]) => {
  try { return (await fetch(url, {method: "POST", headers, body: "Action=ListQueues"})).status }
  catch (error) { return "blocked" }
}"""
_UPLOAD = """async ([url, fields]) => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append("file", new Blob(["words"]), "file.txt")
  try { return (await fetch(url, {method: "POST", body: form})).status }
  catch (error) { return "blocked" }
}"""
_PUT = """async url => {
  try { return (await fetch(url, {method: "PUT", body: "words"})).status }
  catch (error) { return "blocked" }
}"""
_CREATE = """async ([url, key]) => {
  const headers = {"Content-Type": "application/json", "Idempotency-Key": key}
  const body = JSON.stringify({name: "Ada", email: key + "@example.com"})
  try { return (await fetch(url, {method: "POST", headers, body})).status }
  catch (error) { return "blocked" }
}"""
_SHOWN = """url => new Promise(resolve => {
  const image = new Image()
  image.onload = () => resolve(image.width)
  image.onerror = () => resolve("blocked")
  image.src = url
})"""
_PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
_READ = "url => fetch(url).then(answer => answer.status, () => 'blocked')"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>another site</title>")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(scope="module")
def application() -> Iterator[str]:
    """Yield the origin of the application's own page."""
    with site() as origin:
        yield origin


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    with site() as origin:
        yield origin


@pytest.fixture(scope="module")
def cloud(application: str) -> Iterator[Cloud]:
    """Yield a system whose API and bucket answer one origin, with a picture in the bucket."""
    rule = {"AllowedOrigins": [application], "AllowedMethods": ["GET", "PUT", "POST"]}
    with local_cloud.start(config_overrides={"api": {"corsOrigins": [application]}}) as running:
        s3, bucket = running.client("s3"), running.outputs["s3_bucket_name"]
        rules = {"CORSRules": [{**rule, "AllowedHeaders": ["*"]}]}
        s3.put_bucket_cors(Bucket=bucket, CORSConfiguration=rules)
        s3.put_object(Bucket=bucket, Key="shown/pixel.gif", Body=_PIXEL, ContentType="image/gif")
        yield running


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--host-resolver-rules=MAP rebound.example 127.0.0.1"],
        )
        yield browser.new_page()
        browser.close()


def url_of(cloud: Cloud, method: str, key: str) -> str:
    """Return a URL that the root credentials have signed."""
    given = {"Bucket": cloud.outputs["s3_bucket_name"], "Key": key}
    url: str = cloud.client("s3").generate_presigned_url(method, given, ExpiresIn=60)
    return url


def form_of(cloud: Cloud, key: str) -> list[Any]:
    """Return the URL and the fields of a form that the root credentials have signed."""
    form = cloud.client("s3").generate_presigned_post(cloud.outputs["s3_bucket_name"], key)
    return [form["url"], form["fields"]]


def test_another_page_gets_nothing(cloud: Cloud, page: Page, other_site: str) -> None:
    rebound = f"http://rebound.example:{cloud.emulator.port}/_ministack/health"
    page.goto(other_site)
    for key in ("test", cloud.emulator.credentials.access_key):
        claimed = f"AWS4-HMAC-SHA256 Credential={key}/20260101/x/sqs/aws4_request"
        assert page.evaluate(_SEND, [cloud.endpoint, {"Authorization": claimed}]) == "blocked"
    assert page.evaluate(_SEND, [cloud.endpoint, {}]) == "blocked"
    assert page.evaluate(_READ, f"{cloud.endpoint}/_ministack/ses/messages") == "blocked"
    assert page.evaluate(_READ, f"{cloud.endpoint}/docs") == "blocked"
    answer = page.goto(rebound)
    assert answer
    assert answer.status == 403
    assert page.evaluate(_READ, rebound) == 403
    assert page.evaluate(_SEND, [rebound.rpartition("/_")[0], {}]) == 403


def test_another_page_reads_and_sends_no_file(cloud: Cloud, page: Page, other_site: str) -> None:
    """Not even by what was signed for somebody else's page."""
    page.goto(other_site)
    assert page.evaluate(_READ, url_of(cloud, "get_object", "shown/pixel.gif")) == "blocked"
    assert page.evaluate(_PUT, url_of(cloud, "put_object", "shown/put")) == "blocked"
    assert page.evaluate(_UPLOAD, form_of(cloud, "shown/form")) == "blocked"
    for key in ("shown/put", "shown/form"):
        with pytest.raises(ClientError, match="404"):
            cloud.client("s3").head_object(Bucket=cloud.outputs["s3_bucket_name"], Key=key)


def test_the_applications_page_uses_the_api_and_signed_urls(
    cloud: Cloud, page: Page, application: str
) -> None:
    page.goto(application)
    users = f"{cloud.outputs['api_gateway_url']}/users"
    assert page.evaluate(_CREATE, [users, uuid.uuid4().hex]) == 201
    assert page.evaluate(_READ, url_of(cloud, "get_object", "shown/pixel.gif")) == 200
    assert page.evaluate(_PUT, url_of(cloud, "put_object", "shown/put")) == 200
    assert page.evaluate(_UPLOAD, form_of(cloud, "shown/form")) == 204
    unsigned = [cloud.endpoint + "/" + cloud.outputs["s3_bucket_name"], {"key": "shown/unsigned"}]
    assert page.evaluate(_UPLOAD, unsigned) in (403, "blocked")
    for key in ("shown/put", "shown/form"):
        stored = cloud.client("s3").get_object(Bucket=cloud.outputs["s3_bucket_name"], Key=key)
        assert stored["Body"].read() == b"words"
    assert page.evaluate(_SEND, [cloud.endpoint, {}]) == "blocked"
    assert page.evaluate(_READ, f"{cloud.endpoint}/_ministack/ses/messages") == "blocked"


def test_a_signed_url_shows_a_file_anywhere(
    cloud: Cloud, page: Page, application: str, other_site: str
) -> None:
    url = url_of(cloud, "get_object", "shown/pixel.gif")
    for origin in (application, other_site):
        page.goto(origin)
        assert page.evaluate(_SHOWN, url) == 1
        assert page.evaluate(_SHOWN, url.replace("pixel.gif", "other.gif")) == "blocked"
    answer = page.goto(url)
    assert answer
    assert answer.status == 200
