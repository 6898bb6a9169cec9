import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.cleanup_expired import handler as module
from handlers.cleanup_expired.cleanup_expired import MARGIN_SECONDS, clean_up
from handlers.cleanup_expired.expired import LOOK_BACK_DAYS, Expired
from handlers.cleanup_expired.welcomes import (
    ATTEMPTS,
    RETRY_SECONDS,
    Welcomes,
)
from handlers.domain.ledger import KEEP_DAYS
from handlers.domain.user_items import WELCOME_DUE_SECONDS
from handlers.runtime import clock
from handlers.runtime.settings import load
from tests.functions.cleanup_expired.fakes import Context, Item, Queue, Table, failure

NOW = 1_795_402_800  # 2026-11-23T03:00:00Z
DAY = 86_400


def never() -> bool:
    return False


def after(number: int) -> Any:
    """Make a `stop` that lets `number` items pass."""
    answers: Iterator[bool] = iter([False] * number)
    return lambda: next(answers, True)


def user(number: int, *, due: int = NOW, attempts: int = 0, name: str = "Ada") -> Item:
    return {
        "id": {"S": f"user_{number:02}"},
        "name": {"S": name},
        "email": {"S": f"canary{number}@example.com"},
        "welcome": {"S": "pending"},
        "welcome_due": {"N": str(due)},
        "welcome_attempts": {"N": str(attempts)},
    }


def entry(name: str, expires: int) -> Item:
    return {
        "id": {"S": name},
        "expires": {"N": str(expires)},
        "expires_day": {"S": clock.day(expires)},
    }


def welcomes(table: Table, queue: Queue) -> Welcomes:
    return Welcomes(dynamodb=table, sqs=queue, table="table", queue_url="https://queue")


def expired(table: Table) -> Expired:
    return Expired(dynamodb=table, table="table")


@pytest.fixture
def outcomes(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.INFO, "app")
    return lambda: [record.outcome for record in caplog.records]


# Welcomes


def test_overdue_users_are_queued_again_longest_overdue_first(outcomes: Any) -> None:
    users = [user(n, due=NOW - n) for n in range(5)]
    table, queue = Table(*users), Queue()
    assert welcomes(table, queue).requeue(now=NOW, stop=never) == {"welcome_requeued": 5}
    assert queue.welcomed == ["user_04", "user_03", "user_02", "user_01", "user_00"]
    assert queue.messages[0]["to"] == "canary4@example.com"
    assert queue.messages[0]["type"] == "welcome"
    assert len(table.queries) == 3
    assert outcomes() == ["welcome_requeued"] * 5
    assert {u["welcome_due"]["N"] for u in table.items.values()} == {str(NOW + RETRY_SECONDS)}
    assert {u["welcome_attempts"]["N"] for u in table.items.values()} == {"1"}


@pytest.mark.parametrize(("due", "queued"), [(NOW - 1, 1), (NOW, 1), (NOW + 1, 0)])
def test_a_user_becomes_due_at_the_exact_second(due: int, queued: int) -> None:
    queue = Queue()
    welcomes(Table(user(1, due=due)), queue).requeue(now=NOW, stop=never)
    assert len(queue.messages) == queued


def test_a_second_run_in_a_row_sends_nothing() -> None:
    table, queue = Table(*(user(n) for n in range(3))), Queue()
    for _ in range(2):
        welcomes(table, queue).requeue(now=NOW, stop=never)
    assert len(queue.messages) == 3


@pytest.mark.parametrize(
    ("attempts", "name"),
    [(0, "welcome_requeued"), (ATTEMPTS - 1, "welcome_requeued"), (ATTEMPTS, "welcome_abandoned")],
)
def test_after_five_attempts_a_user_is_given_up(
    attempts: int, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    table, queue = Table(user(1, attempts=attempts)), Queue()
    assert welcomes(table, queue).requeue(now=NOW, stop=never) == {name: 1}
    stored = table.items["user_01"]
    if name == "welcome_abandoned":
        assert not queue.messages
        assert set(stored) == {"id", "name", "email", "welcome_abandoned"}
        assert stored["welcome_abandoned"] == {"S": "2026-11-23T03:00:00Z"}
        assert [(r.levelname, r.user_id) for r in caplog.records] == [("WARNING", "user_01")]
    else:
        assert len(queue.messages) == 1


@pytest.mark.parametrize(("attempts", "wait"), [(0, WELCOME_DUE_SECONDS), (1, RETRY_SECONDS)])
@pytest.mark.parametrize(("late", "name"), [(0, "welcome_requeued"), (1, "welcome_abandoned")])
def test_a_user_whom_the_ledger_may_have_forgotten_is_not_welcomed_again(
    attempts: int, wait: int, late: int, name: str
) -> None:
    """A user restored as pending from an old backup may have been welcomed after it."""
    due = NOW - KEEP_DAYS * DAY + wait - late
    table, queue = Table(user(1, due=due, attempts=attempts)), Queue()
    assert welcomes(table, queue).requeue(now=NOW, stop=never) == {name: 1}
    assert len(queue.messages) == (name == "welcome_requeued")


def test_a_user_without_a_welcome_gets_five_messages() -> None:
    table, queue = Table(user(1)), Queue()
    counts = [
        sum(welcomes(table, queue).requeue(now=NOW + hour * 3600, stop=never).values())
        for hour in range(200)
    ]
    assert [hour for hour, count in enumerate(counts) if count] == [0, 24, 48, 72, 96, 120]
    assert len(queue.messages) == ATTEMPTS
    assert "welcome_abandoned" in table.items["user_01"]


@pytest.mark.needs("send_email")
def test_a_message_is_queued_again_only_after_the_earlier_one_has_ended() -> None:
    from handlers.send_email.mailer import Paused
    from handlers.send_email.retry import react

    # Five receipts: after the fifth it goes to the dead-letter queue.
    longest = [max(react(Paused(), receives=n)[2] for _ in range(200)) for n in range(1, 5)]
    assert sum(longest) < RETRY_SECONDS


@pytest.mark.parametrize("attempts", [0, ATTEMPTS])
@pytest.mark.parametrize("change", ["welcomed", "moved", "vanished"])
def test_a_user_settled_since_the_index_was_read_is_not_changed(
    change: str, attempts: int, outcomes: Any
) -> None:
    table, queue = Table(user(1, attempts=attempts)), Queue()

    def meanwhile() -> None:
        stored = table.items.get("user_01", {})
        if change == "welcomed":
            for name in ("welcome", "welcome_due", "welcome_attempts"):
                stored.pop(name, None)
        elif change == "moved":
            stored["welcome_due"] = {"N": str(NOW + RETRY_SECONDS)}
        else:
            table.items.clear()

    table.meanwhile = meanwhile
    assert welcomes(table, queue).requeue(now=NOW, stop=never) == {"welcome_settled": 1}
    assert "welcome_abandoned" not in table.items.get("user_01", {})
    if change == "moved":
        assert table.items["user_01"]["welcome_attempts"] == {"N": str(attempts)}
    assert outcomes() == ["welcome_settled"]


@pytest.mark.parametrize("broken", ["name", "email", "characters"])
def test_a_message_that_cannot_be_sent_blocks_nobody_and_is_given_up(broken: str) -> None:
    bad = user(1, due=NOW - 9)
    if broken == "characters":
        bad["email"] = {"S": "\uffff@example.com"}
    bad.pop(broken, None)
    table, queue = Table(bad, user(2)), Queue()
    counts = welcomes(table, queue).requeue(now=NOW, stop=never)
    assert counts == {"welcome_refused": 1, "welcome_requeued": 1}
    for hour in range(1, 7):
        welcomes(table, queue).requeue(now=NOW + hour * RETRY_SECONDS, stop=never)
    assert "welcome_abandoned" in table.items["user_01"]


def test_a_run_cut_short_is_continued_by_the_next() -> None:
    table, queue = Table(*(user(n, due=NOW - 9 + n) for n in range(5))), Queue()
    for _ in range(3):
        welcomes(table, queue).requeue(now=NOW, stop=after(2))
    assert queue.welcomed == [f"user_{n:02}" for n in range(5)]


def test_a_run_that_dies_between_message_and_mark_repeats_that_message_only() -> None:
    table, queue = Table(user(1), user(2)), Queue()
    table.fail["update_item"] = failure("InternalServerError", "UpdateItem")
    with pytest.raises(type(table.fail["update_item"])):
        welcomes(table, queue).requeue(now=NOW, stop=never)
    table.fail.clear()
    welcomes(table, queue).requeue(now=NOW, stop=never)
    assert queue.welcomed == ["user_01", "user_01", "user_02"]


def test_a_message_not_queued_is_not_counted_as_an_attempt() -> None:
    table, queue = Table(user(1)), Queue()
    queue.fail = failure("ServiceUnavailable", "SendMessage")
    with pytest.raises(type(queue.fail)):
        welcomes(table, queue).requeue(now=NOW, stop=never)
    assert table.items["user_01"] == user(1)


def test_logs_contain_no_personal_data(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    users = [user(1, name="Canary"), user(2, name="Canary", attempts=ATTEMPTS)]
    users.append(user(3, name="Canary\uffff"))
    welcomes(Table(*users), Queue()).requeue(now=NOW, stop=never)
    text = " ".join(str(vars(record)) for record in caplog.records)
    assert len(caplog.records) == 3
    assert "canary" not in text.lower()


# Expired entries


def test_expired_entries_are_deleted_oldest_first_over_days_and_pages(outcomes: Any) -> None:
    times = [NOW - 1, NOW - 2, NOW - 3, NOW - DAY, NOW - 2 * DAY]
    table = Table(*(entry(f"e{index}", at) for index, at in enumerate(times)))
    assert expired(table).delete(now=NOW, stop=never) == 5
    assert table.deleted == ["e4", "e3", "e2", "e1", "e0"]
    assert not table.items
    assert outcomes() == ["expired_deleted"]


@pytest.mark.parametrize(
    ("expires", "gone"),
    [
        (NOW - 1, True),
        (NOW, False),
        (NOW + 1, False),
        (NOW - NOW % DAY - LOOK_BACK_DAYS * DAY, True),
        (NOW - NOW % DAY - LOOK_BACK_DAYS * DAY - 1, False),  # left to TTL
    ],
)
def test_the_limits_of_the_deleted_range(expires: int, gone: bool) -> None:
    table = Table(entry("e", expires))
    expired(table).delete(now=NOW, stop=never)
    assert (not table.items) is gone


@pytest.mark.parametrize("change", ["renewed", "vanished"])
def test_an_entry_renewed_or_gone_since_the_index_was_read_is_not_counted(change: str) -> None:
    table = Table(entry("e", NOW - 1))

    def meanwhile() -> None:
        table.items.clear()
        if change == "renewed":
            table.items["e"] = entry("e", NOW + DAY)

    table.meanwhile = meanwhile
    assert expired(table).delete(now=NOW, stop=never) == 0
    assert len(table.items) == (change == "renewed")


def test_deleting_is_resumed_where_it_stopped(outcomes: Any) -> None:
    table = Table(*(entry(f"e{n}", NOW - 9 + n) for n in range(5)))
    assert [expired(table).delete(now=NOW, stop=after(2)) for _ in range(3)] == [2, 2, 1]
    assert table.deleted == [f"e{n}" for n in range(5)]
    assert outcomes().count("stopped_early") == 2


def test_the_count_is_logged_even_if_a_call_fails(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "app")
    table = Table(*(entry(f"e{n}", NOW - 9 + n) for n in range(3)))

    def stop() -> bool:
        if table.deleted:
            table.fail["delete_item"] = failure("AccessDeniedException", "DeleteItem")
        return False

    with pytest.raises(Exception, match="AccessDenied"):
        expired(table).delete(now=NOW, stop=stop)
    assert [record.count for record in caplog.records] == [1]


# Both


@pytest.mark.parametrize("failing", ["welcomes", "expired", "both"])
def test_both_parts_run_even_if_one_fails_and_the_error_is_raised(failing: str) -> None:
    users, ledger, queue = Table(user(1)), Table(entry("e", NOW - 1)), Queue()
    first, second = failure("First", "SendMessage"), failure("Second", "DeleteItem")
    if failing != "expired":
        queue.fail = first
    if failing != "welcomes":
        ledger.fail["delete_item"] = second
    with pytest.raises(type(first)) as caught:
        clean_up(welcomes(users, queue), expired(ledger), now=NOW, remaining_seconds=lambda: 60)
    assert caught.value is (first if failing == "welcomes" else second)
    if failing == "both":
        assert caught.value.__context__ is first
    assert bool(queue.messages) is (failing == "expired")
    assert (not ledger.items) is (failing == "welcomes")


def test_welcomes_may_use_half_of_the_time_and_deletions_the_rest(outcomes: Any) -> None:
    users = Table(*(user(n, due=NOW - 99 + n) for n in range(50)), page_size=10)
    ledger = Table(*(entry(f"e{n:02}", NOW - 99 + n) for n in range(50)), page_size=10)
    queue = Queue()
    looks = iter(range(60, 0, -1))
    counts = clean_up(
        welcomes(users, queue), expired(ledger), now=NOW, remaining_seconds=lambda: next(looks)
    )
    assert counts == {"welcome_requeued": 30, "expired_deleted": 19}
    assert outcomes().count("stopped_early") == 2


def test_nothing_is_begun_without_time(outcomes: Any) -> None:
    users, ledger, queue = Table(user(1)), Table(entry("e", NOW - 1)), Queue()
    counts = clean_up(
        welcomes(users, queue),
        expired(ledger),
        now=NOW,
        remaining_seconds=lambda: MARGIN_SECONDS - 0.001,
    )
    assert counts == {"expired_deleted": 0}
    assert not queue.messages
    assert outcomes() == ["stopped_early", "stopped_early", "expired_deleted"]


def test_an_empty_run_does_not_report_an_early_stop(outcomes: Any) -> None:
    assert clean_up(
        welcomes(Table(), Queue()), expired(Table()), now=NOW, remaining_seconds=lambda: 0
    ) == {"expired_deleted": 0}
    assert outcomes() == ["expired_deleted"]


@given(
    dues=st.lists(st.integers(NOW - 10_000, NOW + 10), max_size=12),
    expiries=st.lists(st.integers(NOW - 3 * DAY, NOW + 10), max_size=12),
    cuts=st.lists(st.integers(0, 8), max_size=6),
    page_size=st.integers(1, 5),
)
def test_interrupted_runs_together_do_everything_once(
    dues: list[int], expiries: list[int], cuts: list[int], page_size: int
) -> None:
    users = Table(*(user(n, due=due) for n, due in enumerate(dues)), page_size=page_size)
    ledger = Table(*(entry(f"e{n}", at) for n, at in enumerate(expiries)), page_size=page_size)
    queue = Queue()
    for cut in [*cuts, 1_000]:
        context = Context(calls=cut)
        clean_up(
            welcomes(users, queue),
            expired(ledger),
            now=NOW,
            remaining_seconds=lambda context=context: context.get_remaining_time_in_millis() / 1000,
        )
    assert sorted(queue.welcomed) == [f"user_{n:02}" for n, due in enumerate(dues) if due <= NOW]
    assert sorted(ledger.deleted) == sorted(f"e{n}" for n, at in enumerate(expiries) if at < NOW)


def test_two_runs_at_once_count_one_attempt() -> None:
    users, queue = Table(user(1)), Queue()
    other = welcomes(users, queue)

    def meanwhile() -> None:
        users.meanwhile = lambda: None
        other.requeue(now=NOW, stop=never)

    users.meanwhile = meanwhile
    welcomes(users, queue).requeue(now=NOW, stop=never)
    assert users.items["user_01"]["welcome_attempts"] == {"N": "1"}


# The handler

ANY_EVENT = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.just("time"), inner),
    max_leaves=5,
)


@given(ANY_EVENT)
def test_the_time_in_the_event_is_ignored(event: Any) -> None:
    with pytest.MonkeyPatch.context() as patch:
        ledger = Table(entry("e", NOW + 10))
        users = welcomes(Table(user(1, due=NOW + 10)), Queue())
        patch.setattr(module.time, "time", lambda: NOW + 0.9)
        counts = module.handler.invoke(event, Context(), users, expired(ledger))
    assert counts == {"expired_deleted": 0}


@pytest.mark.parametrize(
    "path", sorted(Path(__file__).parent.glob("event*.json")), ids=lambda p: p.stem
)
def test_real_events(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    users, ledger = welcomes(Table(user(1)), Queue()), expired(Table(entry("e", NOW - 1)))
    monkeypatch.setattr(module.time, "time", lambda: NOW + 0.9)
    counts = module.handler.invoke(json.loads(path.read_text()), Context(), users, ledger)
    assert counts == {"welcome_requeued": 1, "expired_deleted": 1}


def test_dependencies_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "USERS_TABLE": "users-1",
        "LEDGER_TABLE": "ledger-1",
        "EMAIL_QUEUE_URL": "https://queue",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    made_welcomes, made_expired = module.dependencies(load(module.Settings))
    assert (made_welcomes.table, made_expired.table) == ("users-1", "ledger-1")
    assert made_welcomes.queue_url == "https://queue"


def test_the_errors_that_the_fakes_raise_are_modelled() -> None:
    session = botocore.session.get_session()
    dynamodb = session.create_client("dynamodb", "eu-central-1")
    sqs = session.create_client("sqs", "eu-central-1")
    assert dynamodb.exceptions.ConditionalCheckFailedException
    assert sqs.exceptions.InvalidMessageContents
