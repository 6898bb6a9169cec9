import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.daily_report.chart import bar_chart, ceiling
from handlers.daily_report.figures import Figures
from handlers.daily_report.page import HISTORY_DAYS, average, day_before, render

DAY = date(2026, 11, 22)
COUNTS = st.none() | st.integers(0, 10**12)
HOSTILE = '<script>alert("1")</script>&'


def figures(users: int = 12, *, files: dict[str, int] | None = None) -> Figures:
    return Figures(day=DAY, users=users, files=files or {"resized": 3}, emails={"welcome": 4})


def page(earlier: list[int | None] | None = None, **kwargs: object) -> str:
    counts = earlier if earlier is not None else [None] * (HISTORY_DAYS - 1)
    return render(
        figures(**kwargs),  # type: ignore[arg-type]
        [None if users is None else figures(users) for users in counts],
    )


class Checker(HTMLParser):
    """Collects tags, and fails if one is not closed in its turn."""

    VOID = frozenset({"meta"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def check(html: str) -> Checker:
    checker = Checker()
    checker.feed(html)
    checker.close()
    assert not checker.open
    return checker


def test_the_page_loads_and_runs_nothing() -> None:
    html = page()
    tags = check(html).tags
    assert not {"script", "link", "img", "iframe", "object", "image", "use"} & {t for t, _ in tags}
    names = {name for _, attributes in tags for name in attributes}
    assert not {"src", "href", "xlink:href", "srcset"} & names
    assert not [name for name in names if name.startswith("on")]
    assert not re.search(r"https?:|@import|url\((?!#)", html)


def test_every_chart_has_a_title_and_a_description_and_ids_are_unique() -> None:
    tags = check(page()).tags
    ids = [attributes["id"] for _, attributes in tags if "id" in attributes]
    assert len(ids) == len(set(ids)) == 9
    charts = [attributes for tag, attributes in tags if tag == "svg"]
    assert len(charts) == 3
    for chart in charts:
        assert chart["role"] == "img"
        assert set((chart["aria-labelledby"] or "").split()) <= set(ids)


def test_the_table_has_the_figures_of_the_charts_and_shows_gaps_as_gaps() -> None:
    html = page([5, None, 0, *[None] * 8, 1_234, 7])
    rows = re.findall(r'<tr><th scope="row">(\d+ \w+ \d+)</th><td[^>]*>([^<]+)</td>', html)
    assert len(rows) == HISTORY_DAYS
    assert rows[0] == ("22 November 2026", "12")
    assert rows[1:3] == [("21 November 2026", "7"), ("20 November 2026", "1,234")]
    assert rows[-3:] == [
        ("11 November 2026", "0"),
        ("10 November 2026", "no report"),
        ("9 November 2026", "5"),
    ]


def test_light_and_dark() -> None:
    html = page()
    assert "prefers-color-scheme: dark" in html
    assert '<meta name="color-scheme" content="light dark">' in html


def test_names_from_records_are_escaped() -> None:
    html = page(files={HOSTILE: 1})
    check(html)
    assert "<script" not in html
    assert "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;" in html


@pytest.mark.parametrize(
    ("count", "before", "text"),
    [
        (5, 3, "2 more than the day before (3)"),
        (3, 5, "2 fewer than the day before (5)"),
        (3, 3, "Same as the day before (3)"),
        (0, 12_345, "12,345 fewer than the day before (12,345)"),
        (3, None, "No report for the day before"),
    ],
)
def test_the_difference_to_the_day_before(count: int, before: int | None, text: str) -> None:
    assert day_before(count, before).endswith(text)


@pytest.mark.parametrize(
    ("count", "before", "text"),
    [
        (5, [1, 2, 3, 4, 5, 6, 7], "1.0 more than the 7-day average (4.0)"),
        (0, [1, 0, 0, 0, 0, 0, 0], "0.1 fewer than the 7-day average (0.1)"),
        (4, [4] * 7, "Same as the 7-day average (4.0)"),
        (4, [None] * 5 + [1, 2], "2.5 more than the 7-day average (1.5 over 2 reported)"),
        (4, [None] * 7, "No report in the 7 days before"),
    ],
)
def test_the_difference_to_the_average(count: int, before: list[int | None], text: str) -> None:
    assert average(count, before).endswith(text)


def test_a_page_compares_to_the_day_before_and_to_the_seven_before() -> None:
    html = page([1_000_000] * 6 + [10] * 6 + [17])
    assert "5 fewer than the day before (17)" in html
    assert "1.0 more than the 7-day average (11.0)" in html


@pytest.mark.parametrize(
    ("count", "top"),
    [(0, 2), (1, 2), (2, 2), (3, 4), (9, 10), (10, 10), (11, 20), (61, 80), (100, 100), (101, 200)],
)
def test_the_top_of_an_axis(count: int, top: int) -> None:
    assert ceiling(count) == top


@given(st.lists(COUNTS, min_size=1, max_size=20))
def test_a_chart_has_a_bar_for_each_report_within_its_bounds(counts: list[int | None]) -> None:
    values = [(DAY + timedelta(days=n), count) for n, count in enumerate(counts)]
    svg = ET.fromstring(bar_chart(slug="x", title=HOSTILE, values=values))
    bars = [e for e in svg.iter("rect") if (e.get("class") or "").startswith("bar")]
    assert len(bars) == sum(count is not None for count in counts)
    gaps = [e for e in svg.iter("rect") if e.get("fill") == "url(#x-gap)"]
    assert bool(gaps) == (None in counts)
    assert sum(e.get("class") == "bar last" for e in bars) == (counts[-1] is not None)
    for bar in [*bars, *gaps]:
        x, y, width, height = (float(bar.get(n) or "") for n in ("x", "y", "width", "height"))
        assert x >= 30
        assert x + width <= 280.15
        assert y >= 9.95
        assert y + height <= 124.15
    assert svg.findtext("title") == HOSTILE


@given(
    st.lists(COUNTS, min_size=13, max_size=13),
    st.dictionaries(st.text(), st.integers(0, 10**9), min_size=1),
)
def test_any_figures_make_a_well_formed_page(
    earlier: list[int | None], files: dict[str, int]
) -> None:
    html = page(earlier, files=files)
    check(html)
    assert html == page(earlier, files=files)
