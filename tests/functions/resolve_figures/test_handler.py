from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.domain.activity_event import FIGURES
from handlers.domain.activity_store import ActivityStore
from handlers.resolve_figures.handler import handler
from tests.support import samples
from tests.support.fakes import FakeContext, log, outcomes

__all__ = ["log"]


class Figures:
    """The table's items, as a query returns them."""

    def query(self, **_: Any) -> Any:
        return {"Items": [{"day": {"S": "2026-11-23"}, "created": {"N": "2"}}]}


def ask(**arguments: Any) -> Any:
    contexts: Any = samples.event("resolve_figures")
    contexts[0]["arguments"] |= arguments
    [answer] = handler.invoke(contexts, FakeContext(), ActivityStore(Figures(), "activity"), "app")
    return answer


def test_each_day_has_its_figures(log: pytest.LogCaptureFixture) -> None:
    nothing = dict.fromkeys(FIGURES, 0)
    assert ask() == {
        "data": [
            {"day": "2026-11-22", **nothing},
            {"day": "2026-11-23", **nothing, "created": 2},
            {"day": "2026-11-24", **nothing},
        ]
    }
    assert outcomes(log) == ["read"]


@given(st.text() | st.from_regex(r"\d{4}-\d{2}-\d{2}", fullmatch=True), st.text())
def test_any_range_is_answered_or_refused_as_by_rest(first: str, last: str) -> None:
    answer = ask(**{"from": first, "to": last})
    assert answer["errorType"] == "invalid"
    assert answer["errorMessage"].startswith(("from ", "to "))
