"""A page of another origin, in a real browser, gets nothing from the local cloud."""

import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import sync_playwright

from local import cloud as local_cloud
from local.cloud import Cloud

# A simple request has no preflight; the second one has. Both carry the emulator's own key.
_SEND = """async ([url, headers]) => {
  try { return (await fetch(url, {method: "POST", headers, body: "Action=ListQueues"})).status }
  catch (error) { return "blocked" }
}"""
_READ = "url => fetch(url).then(answer => answer.status, () => 'blocked')"


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<title>another site</title>")

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with local_cloud.start() as running:
        yield running


@pytest.fixture(scope="module")
def other_site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_another_page_gets_nothing(cloud: Cloud, other_site: str) -> None:
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    rebound = f"http://rebound.example:{cloud.emulator.port}/_ministack/health"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--host-resolver-rules=MAP rebound.example 127.0.0.1"],
        )
        page = browser.new_page()
        page.goto(other_site)
        signed = {"Authorization": "AWS4-HMAC-SHA256 Credential=test/20260101/x/sqs/aws4_request"}
        assert page.evaluate(_SEND, [cloud.endpoint, {}]) == "blocked"
        assert page.evaluate(_SEND, [cloud.endpoint, signed]) == "blocked"
        assert page.evaluate(_READ, f"{cloud.endpoint}/_ministack/ses/messages") == "blocked"
        answer = page.goto(rebound)
        assert answer
        assert answer.status == 403
        assert page.evaluate(_READ, rebound) == 403
        browser.close()
