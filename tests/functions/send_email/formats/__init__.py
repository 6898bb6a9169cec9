"""Samples of what ``send-email`` writes."""

import contextlib
import copy
from typing import Any

from handlers.domain.email_message import welcome_entry
from handlers.domain.ledger import Ledger
from handlers.domain.user_items import user_item
from handlers.domain.user_store import UserStore
from handlers.send_email.deliver import Delivery
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import Samples


class FakeMailer:
    """SES, which accepts everything, or ends the function in the middle."""

    def __init__(self, *, crashes: bool = False) -> None:
        self.crashes = crashes
        self.sent: list[str] = []

    def send(self, to: str, _content: object) -> None:
        if self.crashes:
            raise KeyboardInterrupt
        self.sent.append(to)


def received(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message as SQS hands it to a function."""
    return {
        "messageId": "19dd0b57-b21e-4ac1-bd88-01bbb068cb78",
        "receiptHandle": "receipt",
        "body": message["MessageBody"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"dataType": each["DataType"], "stringValue": each["StringValue"]}
            for name, each in message.get("MessageAttributes", {}).items()
        },
    }


def delivery(dynamodb: FakeDynamoDB, mailer: FakeMailer, *, now: float = NOW) -> Delivery:
    """Return what delivers messages."""
    return Delivery(
        ledger=Ledger(dynamodb, "ledger", now=lambda: now),
        users=UserStore(dynamodb, "users", now=lambda: now),
        mailer=mailer,  # type: ignore[arg-type]
        sleep=lambda _: None,
    )


def written() -> Samples:
    """Return the samples of this version."""
    done, begun = FakeDynamoDB(), FakeDynamoDB()
    record = received(welcome_entry(user_id=USER.id, name=USER.name, email=USER.email))
    done.tables["users"] = {USER.id: copy.deepcopy(user_item(USER, NOW))}
    delivery(done, FakeMailer()).deliver(record, owner="receipt")
    with contextlib.suppress(KeyboardInterrupt):
        delivery(begun, FakeMailer(crashes=True)).deliver(record, owner="receipt")
    [sent], [claimed] = done.tables["ledger"].values(), begun.tables["ledger"].values()
    return {
        "users": {"welcomed": done.tables["users"][USER.id]},
        "ledger": {"e-mail sent": sent, "e-mail begun": claimed},
    }
