"""The console in a real browser, of a real local cloud in which things go well and wrong."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from local.cloud import Cloud
from tests.browser.watching import Watched

PICTURE = Path(__file__).parents[1] / "functions" / "process_upload" / "picture.jpg"
HOSTILE = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>'
MOST_BYTES = 150_000
VIEWS = ["Causes", "Failures", "Denied", "Mail", "Queues", "Tables", "Files", "Architecture"]
LONG = 20_000  # milliseconds: a cold start on a busy machine

_CHECKS = Path(__file__).with_name("accessibility.js").read_text()


def call(cloud: Cloud, method: str, path: str, body: Any = None) -> Any:
    request = Request(
        cloud.outputs["api_gateway_url"] + path,
        method=method,
        data=json.dumps(body).encode() if body is not None else None,
        headers={"Content-Type": "application/json"},
    )
    try:
        with urlopen(request, timeout=30) as answer:
            return json.loads(answer.read())
    except HTTPError as error:
        with error:
            return json.loads(error.read())


@pytest.fixture(scope="module")
def busy(cloud: Cloud) -> Cloud:
    """A cloud with a user, a rejected request, a file, a broken file and a dead letter."""
    assert "user" in call(cloud, "POST", "/users", {"name": "Ada", "email": "ada@example.com"})
    assert "error" in call(cloud, "POST", "/users", {"name": "", "email": "ada@example.com"})
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(
        Bucket=bucket,
        Key="uploads/picture.jpg",
        Body=PICTURE.read_bytes(),
        ContentType="image/jpeg",
    )
    s3.put_object(Bucket=bucket, Key="uploads/broken.png", Body=b"\x89PNG\r\n\x1a\nbroken")
    cloud.client("sqs").send_message(QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody="{}")
    return cloud


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 850})
    yield made
    made.close()


@pytest.fixture
def console(context: BrowserContext, busy: Cloud) -> Iterator[Watched]:
    page = context.new_page()
    watched = Watched(page, busy.endpoint)
    assert busy.console
    page.goto(busy.console)
    yield watched
    page.close()


def row(page: Page, text: str | re.Pattern[str], outcome: str = "") -> Any:
    found = page.locator(f".row{f'.{outcome}' if outcome else ''}").filter(has_text=text)
    return found.first


def view(page: Page, name: str) -> None:
    page.get_by_role("navigation").get_by_role("link", name=name, exact=True).click()


def test_without_its_key_the_page_shows_nothing(busy: Cloud, context: BrowserContext) -> None:
    page = context.new_page()
    for address in ("/", "/?key=wrong", "/_console/causes", "/_console/mail"):
        answer = page.goto(busy.endpoint + address)
        assert answer
        assert answer.status == 401
        expect(page.locator("body")).to_contain_text("app console --open")
        assert "ada@example.com" not in page.content()


def test_the_key_opens_the_page_and_stays_in_no_address(console: Watched, busy: Cloud) -> None:
    assert console.page.url == f"{busy.endpoint}/_console/"
    [cookie] = console.page.context.cookies()
    assert cookie["path"] == "/_console/"  # neither the API nor a function gets it
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    assert console.page.evaluate("document.cookie") == ""


def test_a_program_still_lists_the_buckets(busy: Cloud) -> None:
    names = [bucket["Name"] for bucket in busy.client("s3").list_buckets()["Buckets"]]
    assert busy.outputs["s3_bucket_name"] in names


def test_causes_appear_while_the_page_is_open(console: Watched, busy: Cloud) -> None:
    page = console.page
    expect(row(page, "POST /users", "ok")).to_be_visible(timeout=LONG)
    before = page.locator(".row").filter(has_text="GET /users/live").count()
    call(busy, "GET", "/users/live")
    new = page.locator(".row").filter(has_text="GET /users/live")
    expect(new).to_have_count(before + 1, timeout=LONG)
    expect(page.locator(".row").first).to_contain_text("GET /users/live")
    expect(new.first).to_contain_text("User not found", timeout=LONG)
    assert console.wrong == []


def test_a_cause_shows_the_whole_chain(console: Watched) -> None:
    page = console.page
    row(page, "POST /users", "ok").click()
    detail = page.get_by_role("region", name="Opened cause")
    for function in ("create-user", "queue-welcome", "send-email"):
        expect(detail.locator(".head strong").filter(has_text=function)).to_be_visible(timeout=LONG)
    # The e-mail's function stands below the message's, and that below the request's.
    below = detail.locator(".steps .steps .steps .head strong")
    assert "send-email" in below.all_inner_texts()
    expect(detail.locator(".call").filter(has_text="SendEmail")).to_contain_text("ada@example.com")
    call_ = detail.locator(".call").filter(has_text="TransactWriteItems").first
    call_.locator("summary").first.click()
    expect(call_).to_contain_text("ada@example.com")
    expect(detail).to_contain_text(re.compile("cold start|warm"))
    assert console.wrong == []
    page.reload()  # a cause has an address
    expect(page.locator("#cause-title")).to_have_text("POST /users")


def test_a_row_says_why_and_where(console: Watched) -> None:
    page = console.page
    expect(row(page, "POST /users", "rejected")).to_contain_text("Name and email are required")
    dead = row(page, "Message to emails", "dead_letter")
    expect(dead).to_contain_text(
        re.compile(r"InvalidMessage.*handlers/[\w/]+\.py:\d+"), timeout=LONG
    )
    expect(row(page, "uploads/broken.png", "rejected")).to_contain_text("damaged", timeout=LONG)


def test_a_cause_is_sent_again_and_edited(console: Watched) -> None:
    page = console.page
    row(page, "POST /users", "rejected").click()
    title = page.locator("#cause-title")
    expect(title).to_be_visible(timeout=LONG)
    first = page.locator(".id").inner_text()
    page.get_by_role("button", name="Send again").click()
    expect(page.locator(".id")).not_to_have_text(first, timeout=LONG)
    expect(page.locator(".facts")).to_contain_text("HTTP 400", timeout=LONG)

    page.get_by_role("button", name="Edit and send").click()
    body = page.get_by_label("Body")
    body.fill(json.dumps({"name": "Grace", "email": "grace@example.com"}))
    page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator(".facts")).to_contain_text("HTTP 201", timeout=LONG)
    assert console.wrong == []


@pytest.mark.parametrize(
    ("label", "title"),
    [
        ("Get a user", "GET /users/"),
        ("Upload a picture", "Upload of uploads/picture.jpg"),
        ("Send a message to emails", "Message to emails"),
        ("Run the schedule report now", "report, run by hand"),
        ("Invoke cleanup-expired", "Invoke cleanup-expired"),
    ],
)
def test_samples_can_be_sent(console: Watched, label: str, title: str) -> None:
    page = console.page
    page.get_by_role("button", name="Send…", exact=True).click()
    page.get_by_label("Sample").select_option(label=label)
    if "{id}" in (target := page.locator("dialog input").first).input_value():
        target.fill("GET /users/somebody")
    page.get_by_role("dialog").get_by_role("button", name="Send", exact=True).click()
    expect(page.locator("#cause-title")).to_contain_text(title, timeout=LONG)
    assert console.wrong == []


def test_a_sent_mail_is_shown_and_runs_nothing(console: Watched, busy: Cloud) -> None:
    page = console.page
    view(page, "Mail")
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Hello", timeout=LONG)
    page.locator(".row").filter(has_text="to ada@example.com").last.click(timeout=LONG)
    frame = page.frame_locator("iframe")
    expect(frame.locator("body")).to_contain_text("Hello Ada", timeout=LONG)
    page.get_by_role("button", name="Text").click()
    expect(page.locator("pre")).to_contain_text("Hello Ada")
    assert console.wrong == []


def test_failures_lead_to_their_causes_and_are_sent_again(console: Watched) -> None:
    page = console.page
    expect(row(page, "Message to emails", "dead_letter")).to_be_visible(timeout=LONG)
    view(page, "Failures")
    expect(page.get_by_role("heading", name="Dead letters in emails-dead-letters")).to_be_visible()
    expect(page.get_by_text("rejected/broken.png", exact=False).first).to_be_visible(timeout=LONG)
    expect(page.get_by_text("monitoring-emails-dead-letters")).to_be_visible()
    page.get_by_role("button", name=re.compile("Process")).click()
    expect(page.locator("main [role=status]")).to_contain_text("Processed 1 again", timeout=LONG)
    page.go_back()
    view(page, "Failures")
    page.get_by_role("link", name="What led to it").first.click()
    expect(page.locator("#cause-title")).to_be_visible(timeout=LONG)
    assert console.wrong == []


def test_a_refused_call_names_its_grant(console: Watched, busy: Cloud) -> None:
    page, iam, name = console.page, busy.client("iam"), busy.functions["get-user"].name
    role = busy.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    given = {"RoleName": role.rpartition("/")[2]}
    given["PolicyName"] = iam.list_role_policies(**given)["PolicyNames"][0]
    before = iam.get_role_policy(**given)["PolicyDocument"]
    nothing = [{"Effect": "Deny", "Action": "dynamodb:*", "Resource": "*"}]
    iam.put_role_policy(
        **given, PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": nothing})
    )
    try:
        call(busy, "GET", "/users/user_01M8HBB1YPEEKMJEKMYA2WJ7BH")
    finally:
        iam.put_role_policy(**given, PolicyDocument=json.dumps(before))
    expect(row(page, "GET /users", "denied")).to_contain_text("users.get()", timeout=LONG)
    view(page, "Denied")
    expect(page.locator(".card").first).to_contain_text("dynamodb:GetItem")
    expect(page.locator(".card pre").first).to_have_text("users.get()")


def test_what_there_is(console: Watched) -> None:
    page = console.page
    view(page, "Tables")
    expect(page.get_by_role("region", name="Items of users")).to_contain_text("ada@example.com")
    view(page, "Queues")
    expect(page.get_by_role("heading", name=re.compile("emails-dead-letters"))).to_be_visible()
    view(page, "Files")
    page.get_by_role("link", name=re.compile("thumbnail.jpg")).click(timeout=LONG)
    picture = page.get_by_role("img", name=re.compile("Preview of"))
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth }")
    view(page, "Architecture")
    expect(page.get_by_role("heading", name="send-email")).to_be_visible()
    drawing = page.get_by_role("img", name=re.compile("Functions, what starts them"))
    expect(drawing).to_be_visible(timeout=60_000)
    assert drawing.evaluate("async image => { await image.decode(); return image.naturalWidth }")
    assert console.wrong == []


def test_filters_pause_and_link(console: Watched, busy: Cloud) -> None:
    page = console.page
    page.get_by_label("Outcome").select_option("ok")
    expect(page.locator(".row.rejected")).to_have_count(0)
    page.get_by_label("Outcome").select_option("")
    page.get_by_label("Function").select_option("process-upload")
    expect(page.locator(".row").filter(has_text="POST /users")).to_have_count(0)
    page.get_by_label("Function").select_option("")
    page.get_by_label("Search causes").fill("no such text anywhere")
    expect(page.get_by_text("Nothing matches")).to_be_visible()
    page.get_by_label("Search causes").fill("")
    expect(row(page, "POST /users")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    call(busy, "GET", "/users/paused")
    expect(page.get_by_role("button", name="Resume (1)")).to_be_visible(timeout=LONG)
    expect(page.locator(".row").filter(has_text="/users/paused")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator(".row").filter(has_text="/users/paused")).to_have_count(1)


def test_it_is_usable_by_keyboard(console: Watched) -> None:
    page = console.page
    expect(row(page, "POST /users", "ok")).to_be_visible(timeout=LONG)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    reached = []
    for _ in range(8):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.className"))
    assert any(name.startswith("row") for name in reached), reached
    page.keyboard.press("Enter")
    expect(page.locator("#cause-title")).to_be_focused()
    page.get_by_role("button", name="Send…", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Send…", exact=True)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_names_landmarks_contrast_and_width(
    browser: Browser, busy: Cloud, scheme: Any, width: int
) -> None:
    page = browser.new_page(color_scheme=scheme, viewport={"width": width, "height": 850})
    assert busy.console
    page.goto(busy.console)
    row(page, "POST /users", "ok").click(timeout=LONG)
    expect(page.locator(".steps").first).to_be_visible()
    for name in (None, *VIEWS):
        if name:
            view(page, name)
            expect(page.get_by_text("Loading")).to_have_count(0, timeout=LONG)
        assert page.evaluate(_CHECKS) == [], name
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
    page.close()


def test_it_weighs_little_and_asks_nobody_else(browser: Browser, busy: Cloud) -> None:
    page = browser.new_page()
    weights: list[int] = []
    page.on(
        "response",
        lambda answer: (
            weights.append(len(answer.body()))
            if re.search(r"/$|\.(js|css|svg)$", answer.url) and answer.status == 200
            else None
        ),
    )
    watched = Watched(page, busy.endpoint)
    assert busy.console
    page.goto(busy.console)
    expect(page.locator(".row").first).to_be_visible()
    assert len(weights) > 5
    assert 20_000 < sum(weights) < MOST_BYTES
    assert watched.wrong == []
    refused = page.evaluate(
        """async () => {
          const violated = new Promise(resolve => document.addEventListener(
            "securitypolicyviolation", event => resolve(event.effectiveDirective)))
          await fetch("http://127.0.0.2:9/").catch(() => null)
          return await violated
        }"""
    )
    assert refused == "connect-src"
    page.close()


def test_nothing_that_users_send_scripts_the_page(console: Watched, busy: Cloud) -> None:
    page = console.page
    call(busy, "POST", "/users", {"name": HOSTILE, "email": "hostile@example.com"})
    call(busy, "POST", "/users", {"name": "Grace", "email": HOSTILE})
    bucket = busy.outputs["s3_bucket_name"]
    for key in (f"uploads/{HOSTILE}.txt", "uploads/hostile.html", "uploads/hostile.svg"):
        type_ = "image/svg+xml" if key.endswith("svg") else "text/html"
        busy.client("s3").put_object(
            Bucket=bucket, Key=key, Body=HOSTILE.encode(), ContentType=type_
        )
    busy.client("sesv2").send_email(
        FromEmailAddress="no-reply@example.com",
        Destination={"ToAddresses": ["eve@example.com"]},
        Content={
            "Simple": {
                "Subject": {"Data": HOSTILE},
                "Body": {
                    "Html": {"Data": f'{HOSTILE}<img src="http://127.0.0.2:9/pixel.png">Dear Eve'}
                },
            }
        },
    )
    hostile = row(page, "onerror")
    expect(hostile).to_be_visible(timeout=LONG)
    hostile.click()
    expect(page.locator("#cause-title")).to_contain_text("<img src=x")
    view(page, "Mail")
    row(page, "eve@example.com").click()  # the welcome e-mails may be newer
    expect(page.frame_locator("iframe").locator("body")).to_contain_text("Dear Eve", timeout=LONG)
    for name in ("Tables", "Files"):
        view(page, name)
        expect(page.locator("main")).to_contain_text("onerror", timeout=LONG)
    for file in ("hostile.html", "hostile.svg", "onerror"):
        page.locator(".row").filter(has_text=file).first.click()
        expect(page.locator("article iframe")).to_have_attribute("src", re.compile(file))
        expect(page.frame_locator("article iframe").locator(":root")).to_be_visible()
    for frame in page.frames:
        assert frame.evaluate("window.hacked") is None
    # Opened by itself, such a file has no origin and no script either.
    alone = page.context.new_page()
    alone.goto(f"{busy.endpoint}/_console/file?key=uploads/hostile.html")
    assert alone.evaluate("[window.hacked, origin]") == [None, "null"]


def test_another_page_can_send_nothing_by_it(console: Watched, busy: Cloud) -> None:
    """A page of another port has the same cookies; the browser says that it is another origin."""
    cookie = "; ".join(f"{c['name']}={c['value']}" for c in console.page.context.cookies())
    for headers in (
        {"Cookie": cookie},
        {"Cookie": cookie, "Origin": "http://127.0.0.1:1"},
        {"Cookie": cookie, "Origin": "null"},
        {"Cookie": cookie, "Origin": busy.endpoint, "Sec-Fetch-Site": "same-site", "Host": "evil"},
    ):
        request = Request(f"{busy.endpoint}/_console/clear", method="POST", headers=headers)
        with pytest.raises(HTTPError) as refused:
            urlopen(request, timeout=10)
        with refused.value as error:
            assert error.code == 403
    own = Request(
        f"{busy.endpoint}/_console/clear",
        method="POST",
        headers={"Cookie": cookie, "Origin": busy.endpoint},
    )
    with urlopen(own, timeout=10) as answer:
        assert answer.status == 200
    expect(console.page.get_by_text("Nothing has happened yet")).to_be_visible(timeout=LONG)
