"""A page in a browser, its errors, and its requests to other machines."""

from urllib.parse import urlsplit

from playwright.sync_api import Page


class Watched:
    """A page, its errors, and its requests to anything but one origin."""

    def __init__(self, page: Page, endpoint: str) -> None:
        self.page = page
        self.wrong: list[str] = []
        host = urlsplit(endpoint).netloc
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
