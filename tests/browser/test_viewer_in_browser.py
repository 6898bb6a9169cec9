"""The API viewer in a real browser; the test checks everything that it loads."""

import re
import shutil
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from local import cloud as local_cloud
from local.cloud import Cloud

BROWSERS = ("chromium", "google-chrome", "chromium-browser")


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    with local_cloud.start() as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    assert found, f"none of {', '.join(BROWSERS)} is installed; .ci/docker-engine installs one"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found)
        yield browser
        browser.close()


class Watched:
    """A page, its errors, and its requests to other machines."""

    def __init__(self, page: Page, cloud: Cloud) -> None:
        self.page = page
        self.wrong: list[str] = []
        host = urlsplit(cloud.endpoint).netloc
        page.on("console", lambda m: self.wrong.append(m.text) if m.type == "error" else None)
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("requestfailed", lambda request: self.wrong.append(request.url))
        page.on(
            "request",
            lambda request: (
                self.wrong.append(request.url)
                if urlsplit(request.url).netloc not in ("", host)
                else None
            ),
        )


@pytest.fixture
def viewer(browser: Browser, cloud: Cloud) -> Iterator[Watched]:
    page = browser.new_page()
    watched = Watched(page, cloud)
    assert cloud.viewer
    page.goto(cloud.viewer)
    yield watched
    page.close()


def test_it_lists_the_operations(viewer: Watched) -> None:
    operations = viewer.page.locator(".opblock-summary")
    expect(operations).to_have_count(2)
    expect(operations.nth(0)).to_contain_text(re.compile("POST.*/users.*Create a user", re.DOTALL))
    expect(operations.nth(1)).to_contain_text(re.compile("GET.*/users/{id}", re.DOTALL))
    assert viewer.wrong == []


def test_a_user_is_created_and_read_by_it(viewer: Watched) -> None:
    page = viewer.page
    create, read = (
        page.locator("#operations-default-createUser"),
        page.locator("#operations-default-getUser"),
    )
    create.locator(".opblock-summary-control").click()
    create.locator("textarea").fill('{"name": "Ada Lovelace", "email": "ada@example.com"}')
    create.get_by_role("button", name="Execute").click()
    answer = create.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("201")
    [user_id] = set(re.findall(r"user_[0-9A-Z]{26}", answer.inner_text()))

    read.locator(".opblock-summary-control").click()
    read.get_by_placeholder("id").fill(user_id)
    read.get_by_role("button", name="Execute").click()
    answer = read.locator(".live-responses-table .response")
    expect(answer.locator(".response-col_status")).to_contain_text("200")
    expect(answer).to_contain_text("ada@example.com")
    assert viewer.wrong == []


def test_its_policy_lets_no_request_out(viewer: Watched) -> None:
    """The page's policy blocks a request to another machine; the tests above see none."""
    refused = viewer.page.evaluate(
        """async () => {
          const violated = new Promise(resolve => document.addEventListener(
            "securitypolicyviolation", event => resolve(event.effectiveDirective)))
          await fetch("http://127.0.0.2:9/").catch(() => null)
          return await violated
        }"""
    )
    assert refused == "connect-src"
    assert viewer.wrong != []
