"""Every version reads what every other one wrote, as far back as samples are kept.

- This version reads the samples of all versions: its own readers run over each file.
- The version before reads what this one writes: its readers ignore fields and cases that they do
  not know. So a version may add fields. It may not remove, rename or retype one, nor change a fixed
  text: words, ids, keys and hashes. A new case (a new kind of message, item or object) goes in two
  releases: the first can read it, and lists it under ``reads`` of its file; the next writes it.
"""

import copy
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from handlers.cleanup_expired.expired import Expired
from handlers.cleanup_expired.welcomes import Welcomes
from handlers.daily_report.records import Records
from handlers.daily_report.reports import Reports
from handlers.daily_report.request import parse
from handlers.domain.user_store import EmailTaken, UserStore
from handlers.queue_welcome.queue import EmailQueue
from handlers.queue_welcome.queue_welcome import queue_welcomes
from tests.formats import writers
from tests.formats.writers import DAY, FIGURES, KEY, NEW, UPLOADS, FakeMailer, Samples
from tests.functions.cleanup_expired.fakes import Queue, Table
from tests.functions.daily_report.fakes import Bucket, Database
from tests.functions.process_upload.fakes import FakeS3
from tests.support import samples
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.stacks import of, stack

FILES = sorted(Path(__file__).parent.glob("*.json"))
VERSIONS: list[Samples] = [json.loads(file.read_text()) for file in FILES]

FREE = {"subject", "body", "explanation", "expires_day"}
"""Texts that no code reads, and a day that follows from a number."""

every_version = pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])


def everything(file: Path, place: str) -> dict[str, Any]:
    """Return the samples of a place, of what the version writes and what it can read."""
    found: Samples = json.loads(file.read_text())
    return {**found[place], **found.get("reads", {}).get(place, {})}


def dynamodb(file: Path, *items: str) -> FakeDynamoDB:
    """Return a database with the users and ledger's entries of those names."""
    made = FakeDynamoDB()
    for table in ("users", "ledger"):
        found = everything(file, table)
        made.tables[table] = {found[n]["id"]["S"]: found[n] for n in items if n in found}
    return made


def store(db: FakeDynamoDB) -> UserStore:
    return UserStore(db, "users", ledger_table="ledger", now=lambda: NOW + 60)


@every_version
@pytest.mark.parametrize("name", ["new", "welcomed", "queued again", "given up"])
def test_users_are_read(file: Path, name: str) -> None:
    assert store(dynamodb(file, name)).get(USER.id) == USER


@every_version
def test_an_address_stays_taken_and_a_key_stays_used(file: Path) -> None:
    with pytest.raises(EmailTaken):
        store(dynamodb(file, "new", "guard")).create(NEW, idempotency_key=None)
    again = store(dynamodb(file, "new", "guard", "Idempotency-Key"))
    replayed = again.create(NEW, idempotency_key=KEY)
    assert (replayed.user, replayed.replayed) == (USER, True)


@every_version
def test_stream_records_become_messages(file: Path) -> None:
    sent: list[dict[str, Any]] = []

    class Sqs:
        def send_message_batch(self, **call: Any) -> dict[str, Any]:
            sent.extend(call["Entries"])
            return {}

    records = everything(file, "stream")
    assert queue_welcomes([records["new user"]], EmailQueue(Sqs(), "https://queue")) is None
    [message] = sent
    assert message["MessageAttributes"]["user_id"]["StringValue"] == USER.id


@every_version
def test_users_without_a_welcome_are_swept(file: Path) -> None:
    for name, outcome in (("new", "requeued"), ("queued again", "requeued"), ("welcomed", None)):
        table = Table(copy.deepcopy(everything(file, "users")[name]))
        welcomes = Welcomes(dynamodb=table, sqs=Queue(), table="table", queue_url="https://queue")
        counts = welcomes.requeue(now=int(NOW) + 30 * 86_400, stop=lambda: False)
        assert counts == ({f"welcome_{outcome}": 1} if outcome else {})


@every_version
@pytest.mark.parametrize("name", ["welcome", "notification"])
def test_messages_are_sent_once(file: Path, name: str) -> None:
    """Whoever wrote the message, and whoever began or sent the e-mail."""
    messages = everything(file, "messages")
    record = writers.received(messages.get(name, NOTIFICATION))
    entries = {"": "sent", "e-mail begun": "sent"}
    if name == "welcome":  # a notification is identified by its message
        entries["e-mail sent"] = "duplicate"
    for entry, outcome in entries.items():
        db, mailer = dynamodb(file, "new", entry), FakeMailer()
        later = NOW + 600  # the lease has ended
        assert writers.delivery(db, mailer, now=later).deliver(record, owner="new") == outcome
        assert len(mailer.sent) == (outcome == "sent")
        if name == "welcome":
            assert "welcomed" in db.tables["users"][USER.id]


NOTIFICATION = {"MessageBody": samples.event("send_email")["Records"][1]["body"]}
"""Written by others than this project."""


@every_version
@pytest.mark.parametrize("name", UPLOADS)
def test_uploads_are_processed_once(file: Path, name: str) -> None:
    def outcome(sequence: int, *entries: str) -> str:
        return writers.upload(name, UPLOADS[name], FakeS3(), dynamodb(file, *entries), sequence)

    assert outcome(1, f"upload {name}") == "duplicate"
    assert outcome(0, f"upload {name}") == "superseded"
    assert outcome(2, f"upload {name}") in ("copied", "rejected")


@every_version
def test_a_report_counts_what_was_written(file: Path) -> None:
    database = Database()
    users, ledger = everything(file, "users"), everything(file, "ledger")
    database.users = [users["new"]["created_day"]["S"]]
    database.entries = [
        (each["day"]["S"], each["kind"]["S"], each["outcome"]["S"])
        for each in ledger.values()
        if "day" in each
    ]
    records = Records(dynamodb=database, users_table="users", ledger_table="ledger")
    figures = records.figures(DAY)
    assert (figures.users, figures.file_total, figures.email_total) == (1, 2, 1)
    assert (figures.files["copied"], figures.files["rejected"]) == (1, 1)
    assert figures.emails["welcome"] == 1


@every_version
def test_reports_are_read(file: Path) -> None:
    bucket = Bucket()
    bucket.objects = {
        key: json.dumps(content).encode() for key, content in everything(file, "objects").items()
    }
    reports = Reports(s3=bucket, bucket="bucket")
    assert reports.listing().complete == {DAY}
    assert reports.read(DAY) == FIGURES


@every_version
def test_what_has_expired_is_deleted(file: Path) -> None:
    entries = everything(file, "ledger")
    for entry in entries.values():
        table = Table(copy.deepcopy(entry))
        now = int(entry["expires"]["N"]) + 3_600
        assert Expired(dynamodb=table, table="table").delete(now=now, stop=lambda: False) == 1


def test_schedules_write_what_functions_read() -> None:
    """A dead letter may be 14 days old when its event is sent to the function again."""
    sample = samples.event("daily_report")
    for schedule in of(stack("prod"), "scheduler/schedule:Schedule"):
        assert json.loads(schedule.inputs["target"]["input"]).keys() == sample.keys()
    assert parse(sample, now=datetime(2026, 12, 7, 4, tzinfo=UTC)).day.isoformat() == "2026-11-22"


def test_this_version_writes_what_its_samples_show() -> None:
    newest = {place: cases for place, cases in VERSIONS[-1].items() if place != "reads"}
    assert writers.written() == newest, (
        "What this version writes has changed. Read tests/formats/test_formats.py. If that is "
        "intended, add a file: .venv/bin/python -m tests.formats.writers <date>. Keep the others: "
        "items live for 90 days, dead letters for 14"
    )


def broken(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """Yield what a reader of the version before would miss in a sample of the next version."""
    before, after = (_parsed(value) for value in (before, after))
    if type(before) is not type(after):
        yield f"{path}: {type(before).__name__} became {type(after).__name__}"
    elif isinstance(before, dict):
        for key, value in before.items():
            if key not in after:
                yield f"{path}/{key}: is gone"
            elif key not in FREE:
                yield from broken(value, after[key], f"{path}/{key}")
    elif isinstance(before, str) and not before.isdecimal() and before != after:
        yield f"{path}: {before!r} became {after!r}"


def _parsed(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value.startswith("{") else value


def unknown(before: Samples, after: Samples) -> Iterator[str]:
    """Yield the cases that the version before cannot read."""
    for place, cases in after.items():
        if place != "reads":
            known = {**before.get(place, {}), **before.get("reads", {}).get(place, {})}
            yield from (f"{place}/{case}: is new" for case in cases if case not in known)


def problems(before: Samples, after: Samples) -> list[str]:
    written = {place: cases for place, cases in before.items() if place != "reads"}
    return [*broken(written, after), *unknown(before, after)]


def test_the_version_before_reads_what_the_next_one_writes() -> None:
    for before, after in pairwise(VERSIONS):
        assert problems(before, after) == []


def _set(path: str, value: Any) -> Callable[[Samples], None]:
    def change(given: Samples) -> None:
        *above, last = path.split("/")
        for key in above:
            given = given[key]
        given[last] = value

    return change


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (_set("users/new/language", {"S": "en"}), []),
        (_set("users/new/welcome_due", {"N": "1"}), []),
        (_set("messages/welcome/MessageBody", '{"to": "ada@example.com", "body": "", "type": 1}'),
         ["/messages/welcome/MessageBody/subject: is gone",
          "/messages/welcome/MessageBody/type: str became int"]),
        (_set("users/new/welcome_due", {"S": "1"}), ["/users/new/welcome_due/N: is gone"]),
        (_set("users/new/welcome", {"S": "waiting"}),
         ["/users/new/welcome/S: 'pending' became 'waiting'"]),
        (_set("users/guard", {"id": {"S": "email#1"}}),
         ["/users/guard/id/S: 'email#b5fc85e55755f9e0d030a10ab4429b6b2944855f9a0d60077fe832becbc41d"
          "72' became 'email#1'", "/users/guard/user_id: is gone"]),
        (_set("objects/rejected~broken.jpg~reason.json/explanation", "Other words."), []),
        (_set("messages/invoice", {}), ["messages/invoice: is new"]),
    ],
)  # fmt: skip
def test_what_the_version_before_would_miss_is_found(
    change: Callable[[Samples], None], found: list[str]
) -> None:
    before = VERSIONS[0]
    after: Samples = {
        place: {case.replace("/", "~"): sample for case, sample in cases.items()}
        for place, cases in copy.deepcopy(before).items()
    }
    change(after)
    after = {
        place: {case.replace("~", "/"): sample for case, sample in cases.items()}
        for place, cases in after.items()
    }
    assert problems(before, after) == found


def test_a_new_case_may_be_written_once_the_version_before_reads_it() -> None:
    before = {**VERSIONS[0], "reads": {"messages": {"invoice": {}}}}
    after = {**VERSIONS[0], "messages": {**VERSIONS[0]["messages"], "invoice": {}}}
    assert problems(before, after) == []
