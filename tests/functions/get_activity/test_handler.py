import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.activity import MOST_DAYS
from handlers.domain.activity_event import FIGURES
from handlers.domain.activity_store import ActivityStore
from handlers.get_activity.handler import handler
from tests.support import samples
from tests.support.fakes import FakeContext, client_error, log, logged_text, outcomes

__all__ = ["log"]

DAY = date(2026, 11, 22)


class Figures:
    """The table's items, as a query returns them."""

    def __init__(self, items: dict[str, dict[str, int]] | None = None) -> None:
        self.items = items or {}
        self.error: Exception | None = None
        self.queries = 0

    def query(self, **params: Any) -> Any:
        self.queries += 1
        if self.error:
            raise self.error
        first, last = (params["ExpressionAttributeValues"][n]["S"] for n in (":first", ":last"))
        return {
            "Items": [
                {"id": {"S": "figures"}, "day": {"S": day}}
                | {name: {"N": str(count)} for name, count in figures.items()}
                for day, figures in self.items.items()
                if first <= day <= last
            ]
        }


def get(query: dict[str, str] | None, table: Figures | None = None) -> tuple[int, Any]:
    event = samples.event("get_activity")
    event["queryStringParameters"] = query
    store = ActivityStore(table or Figures(), "activity")
    response = handler.invoke(event, FakeContext(), store, "")
    return response["statusCode"], json.loads(response["body"])


def test_each_day_has_its_figures(log: pytest.LogCaptureFixture) -> None:
    table = Figures({"2026-11-23": {"created": 2, "failed": 1}, "2026-11-25": {"created": 9}})
    event = samples.event("get_activity")
    response = handler.invoke(event, FakeContext(), ActivityStore(table, "activity"), "")
    assert json.loads(response["body"]) == {
        "days": [
            {"day": "2026-11-22", **dict.fromkeys(FIGURES, 0)},
            {"day": "2026-11-23", **dict.fromkeys(FIGURES, 0), "created": 2, "failed": 1},
            {"day": "2026-11-24", **dict.fromkeys(FIGURES, 0)},
        ]
    }
    assert outcomes(log) == ["read"]


@given(st.dates(), st.integers(-3, MOST_DAYS + 3))
def test_a_range_has_every_day_or_is_refused(first: date, more: int) -> None:
    try:
        last = first + timedelta(days=more)
    except OverflowError:
        return
    status, body = get({"from": first.isoformat(), "to": last.isoformat()})
    if 0 <= more < MOST_DAYS:
        assert status == 200
        assert [day["day"] for day in body["days"]] == [
            (first + timedelta(days=n)).isoformat() for n in range(more + 1)
        ]
    else:
        assert status == 400


@pytest.mark.parametrize(
    ("first", "last", "error"),
    [
        ("2026-11-22", "2026-11-21", "from must not be after to"),
        (
            "2026-01-01",
            "2026-04-03",
            "from and to are 93 days, both included; at most 92 are answered",
        ),
        ("2026-02-30", "2026-03-01", "from must be a day such as 2026-11-22"),
        ("2026-02-20", "2026-3-1", "to must be a day such as 2026-11-22"),
        ("20260220", "2026-03-01", "from must be a day such as 2026-11-22"),
        ("2026-W07-5", "2026-03-01", "from must be a day such as 2026-11-22"),
        ("2026-02-20", None, "to must be a day such as 2026-11-22"),
        (None, "2026-02-20", "from must be a day such as 2026-11-22"),
    ],
)
def test_a_bad_range_is_refused_with_the_reason(
    first: str | None, last: str | None, error: str
) -> None:
    table = Figures()
    query = {name: text for name, text in (("from", first), ("to", last)) if text is not None}
    assert get(query or None, table) == (400, {"error": error})
    assert table.queries == 0


def test_no_query_at_all_is_refused() -> None:
    assert get(None)[0] == 400


@given(st.text() | st.from_regex(r"\d{4}-\d{2}-\d{2}", fullmatch=True))
def test_hostile_days_are_refused_without_repeating_them(text: str) -> None:
    status, body = get({"from": text, "to": "2026-11-22"})
    assert status in (200, 400)
    if status == 400:
        assert body["error"].startswith("from ")


@pytest.mark.parametrize(
    ("code", "status"), [("ThrottlingException", 503), ("AccessDeniedException", 500)]
)
def test_dynamodb_fails(code: str, status: int, log: pytest.LogCaptureFixture) -> None:
    table = Figures()
    table.error = client_error(code)
    assert get({"from": "2026-11-22", "to": "2026-11-22"}, table)[0] == status
    assert "canary" not in logged_text(log)
