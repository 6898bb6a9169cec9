"""The API viewer in a real browser; the test checks everything that it loads."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from local.cloud import Cloud
from local.project import ROOT
from tests.browser.watching import Watched


@pytest.fixture
def viewer(browser: Browser, cloud: Cloud) -> Iterator[Watched]:
    page = browser.new_page()
    watched = Watched(page, cloud.endpoint)
    assert cloud.viewer
    page.goto(cloud.viewer)
    yield watched
    page.close()


def test_it_lists_the_operations(viewer: Watched) -> None:
    operations = viewer.page.locator(".opblock-summary")
    documented = [
        (method.upper(), path)
        for path, item in json.loads((ROOT / "openapi.json").read_text())["paths"].items()
        for method in item
    ]
    expect(operations).to_have_count(len(documented))
    for position, (method, path) in enumerate(documented):
        expect(operations.nth(position)).to_contain_text(
            re.compile(f"{method}.*{re.escape(path)}", re.DOTALL)
        )
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
