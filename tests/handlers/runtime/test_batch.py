from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from handlers.runtime import batch


@given(st.lists(st.booleans(), max_size=12))
def test_exactly_the_records_that_raise_have_failed(raises: list[bool]) -> None:
    handled = []

    def handle(record: dict[str, Any]) -> None:
        handled.append(record["id"])
        if raises[record["id"]]:
            raise RuntimeError(record["id"])

    failures = batch.failing([{"id": position} for position in range(len(raises))], handle)
    assert handled == list(range(len(raises)))
    assert [record["id"] for record, _ in failures] == [i for i, bad in enumerate(raises) if bad]
    assert all(error.args == (record["id"],) for record, error in failures)


def test_response_names_what_failed() -> None:
    assert batch.respond([]) == {"batchItemFailures": []}
    assert batch.respond(["a", "b"]) == {
        "batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]
    }
