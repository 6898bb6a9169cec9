"""GraphiQL in a real browser; the test checks everything that it loads."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from local.cloud import Cloud
from tests.browser.watching import Watched

pytestmark = pytest.mark.needs("graphql")


@pytest.fixture
def explorer(browser: Browser, cloud: Cloud) -> Iterator[Watched]:
    context = browser.new_context(viewport={"width": 1280, "height": 850})
    door = context.new_page()
    door.goto(cloud.console)
    door.close()
    page = context.new_page()
    watched = Watched(page, cloud.endpoint)
    page.goto(f"{cloud.endpoint}/_console/graphql")
    yield watched
    context.close()


def test_a_query_is_written_and_answered(explorer: Watched) -> None:
    page = explorer.page
    editor = page.locator(".graphiql-query-editor .CodeMirror")
    editor.wait_for()
    editor.evaluate("(node) => node.CodeMirror.setValue('{ user(id: \"nobody\") { id name } }')")
    page.get_by_role("button", name="Execute query").click()
    answer = page.locator(".graphiql-response")
    expect(answer).to_contain_text('"errorType": "not_found"', timeout=20_000)
    expect(answer).to_contain_text('"user": null')
    assert explorer.wrong == []


def test_it_shows_the_schema(explorer: Watched) -> None:
    page = explorer.page
    page.get_by_role("button", name="Show Documentation Explorer").click()
    page.get_by_role("link", name="Query", exact=True).click()
    expect(page.locator(".graphiql-doc-explorer-content")).to_contain_text("user(id: ID!): User")
    assert explorer.wrong == []


def test_nobody_without_the_consoles_key_gets_the_apis(browser: Browser, cloud: Cloud) -> None:
    page = browser.new_page()
    for name in ("graphql", "graphql/settings", "graphql/start.js"):
        answer = page.goto(f"{cloud.endpoint}/_console/{name}")
        assert answer
        assert answer.status == 401
        assert cloud.outputs["graphql_api_key"] not in page.content()
    page.close()
