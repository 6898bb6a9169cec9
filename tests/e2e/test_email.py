"""E-mails, from the users' stream through the queue to SES."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from handlers.domain.user import User, new_user_id
from handlers.runtime import clock
from local.cloud import Cloud
from local.mail import sent
from tests.support.e2e.system import Api, address, log_records, messages_in, until

Sent = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def mail_to(cloud: Cloud) -> Sent:
    return lambda to: [m for m in sent(cloud.aws) if m["To"] == [to]]


def _send(cloud: Cloud, body: str, user_id: str | None = None) -> None:
    attributes = {"user_id": {"DataType": "String", "StringValue": user_id}} if user_id else {}
    cloud.client("sqs").send_message(
        QueueUrl=cloud.outputs["sqs_queue_url"], MessageBody=body, MessageAttributes=attributes
    )


def _notification(to: str) -> str:
    return json.dumps(
        {"to": to, "subject": "News", "body": "One <b>line</b>", "type": "notification"}
    )


def _user_item(cloud: Cloud, user_id: str) -> dict[str, Any]:
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": user_id}}
    )
    item: dict[str, Any] = answer["Item"]
    return item


def test_a_strangers_words_are_mailed_to_nobody(api: Api, mail_to: Sent) -> None:
    user = api.new_user("Claim your prize: https://evil.example")
    [mail] = until(lambda: mail_to(user["email"]))
    assert mail["Subject"] == "Welcome to our platform!"
    assert "Hello, welcome to our platform!" in mail["BodyText"]
    assert "evil" not in mail["BodyText"] + mail["BodyHtml"]
    assert user["name"] == "Claim your prize: https://evil.example"


def test_a_user_who_is_restored_or_copied_is_not_welcomed_again(
    api: Api, cloud: Cloud, mail_to: Sent
) -> None:
    """All three are put back at once: welcomed; pending, though welcomed; and pending for real."""
    dynamodb, table = cloud.client("dynamodb"), cloud.outputs["dynamodb_table_name"]
    welcomed, backed_up = api.new_user(), api.new_user()
    pending = _user_item(cloud, backed_up["id"])
    until(lambda: all("welcomed" in _user_item(cloud, u["id"]) for u in (welcomed, backed_up)))
    items = [
        _user_item(cloud, welcomed["id"]),
        {**_user_item(cloud, backed_up["id"]), **_marks(pending)},
        {**_marks(pending), **_person(address())},
    ]
    del items[1]["welcomed"]
    for item in items:
        dynamodb.delete_item(TableName=table, Key={"id": item["id"]})
        dynamodb.put_item(TableName=table, Item=item)
    # The stream keeps the order, so the last one's welcome comes after whatever the others cause.
    assert until(lambda: mail_to(items[2]["email"]["S"]))
    until(lambda: "welcomed" in _user_item(cloud, backed_up["id"]))  # by what the ledger knows
    for user in (welcomed, backed_up):
        assert len(mail_to(user["email"])) == 1


def _marks(item: dict[str, Any]) -> dict[str, Any]:
    """Return the marks of a new user, whether the item still has them or not."""
    due = item.get("welcome_due", {"N": str(int(time.time()) + 3600)})
    return {"welcome": {"S": "pending"}, "welcome_due": due, "welcome_attempts": {"N": "0"}}


def _person(email: str) -> dict[str, Any]:
    user = User(new_user_id(time.time()), "Grace", email, clock.timestamp(time.time()))
    return {
        "id": {"S": user.id},
        "name": {"S": user.name},
        "email": {"S": user.email},
        "created": {"S": user.created},
        "created_day": {"S": user.created[:10]},
    }


def test_a_new_user_is_welcomed_once_and_marked(api: Api, cloud: Cloud, mail_to: Sent) -> None:
    user = api.new_user("Ada & Grace")
    mail = until(lambda: mail_to(user["email"]))
    assert mail[0]["Subject"] == "Welcome to our platform!"
    assert "Hello Ada & Grace, welcome to our platform!" in mail[0]["BodyText"]
    assert "Hello Ada &amp; Grace, welcome" in mail[0]["BodyHtml"]
    until(lambda: "welcomed" in _user_item(cloud, user["id"]))
    assert "welcome" not in _user_item(cloud, user["id"])
    # Queued again, as a retry of the stream or the hourly sweep would.
    welcome = {"to": user["email"], "subject": "Again", "body": "Again", "type": "welcome"}
    for _ in range(3):
        _send(cloud, json.dumps(welcome), user["id"])
    marker = address()
    _send(cloud, _notification(marker))
    until(lambda: mail_to(marker))
    time.sleep(1)
    assert len(mail_to(user["email"])) == 1


def test_a_notification_is_sent_as_text_and_html(cloud: Cloud, mail_to: Sent) -> None:
    to = address()
    _send(cloud, _notification(to))
    mail = until(lambda: mail_to(to))
    assert "One <b>line</b>" in mail[0]["BodyText"]
    assert "One &lt;b&gt;line&lt;/b&gt;" in mail[0]["BodyHtml"]


def test_broken_messages_end_in_the_dead_letter_queue_untouched(
    cloud: Cloud, mail_to: Sent
) -> None:
    good = address()
    bad = [
        "{not json",
        json.dumps({"to": address(), "subject": "s", "body": "b", "type": "invoice"}),
        json.dumps({"to": "nobody", "subject": "s", "body": "b", "type": "notification"}),
        json.dumps(
            {
                "to": "a@example.com\r\nBcc: b@example.com",
                "subject": "s",
                "body": "b",
                "type": "welcome",
            }
        ),
        json.dumps({"subject": "no address", "body": "b", "type": "notification"}),
    ]
    entries = [*bad[:2], _notification(good), *bad[2:]]
    cloud.client("sqs").send_message_batch(
        QueueUrl=cloud.outputs["sqs_queue_url"],
        Entries=[{"Id": str(n), "MessageBody": body} for n, body in enumerate(entries)],
    )
    until(lambda: mail_to(good))
    dead_letters = cloud.outputs["sqs_dead_letter_queue_url"]

    def dead() -> set[str]:
        return {m["Body"] for m in messages_in(cloud.client("sqs"), dead_letters)}

    until(lambda: dead() >= set(bad), seconds=60)
    assert len(mail_to(good)) == 1


def test_a_record_that_cannot_be_welcomed_leaves_the_stream(
    api: Api, cloud: Cloud, mail_to: Sent
) -> None:
    cloud.client("dynamodb").put_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Item={
            "id": {"S": "user_01ARZ3NDEKTSV4RRFFQ69G5FAV"},
            "name": {"S": "No Address"},
            **_marks({}),
        },
    )
    # The emulator ignores a stream's `batchItemFailures`: it continues at once, and nothing
    # goes to the failures queue, where AWS puts the record's position after the last retry.
    # It does not deliver the rest of the batch again, either.
    logs, group = cloud.client("logs"), cloud.functions["queue-welcome"].log_group
    until(lambda: any(r.get("outcome") == "invalid" for r in log_records(logs, group)))
    user = api.new_user()  # after it in the stream
    until(lambda: mail_to(user["email"]), seconds=60)
