"""Sends the messages of every version once, whoever began it (``tests/support/formats``)."""

import pytest

from tests.functions.send_email.formats import FakeMailer, delivery, received
from tests.support import samples
from tests.support.fakes import NOW, USER
from tests.support.formats import dynamodb, every_version, everything

NOTIFICATION = {"MessageBody": samples.event("send_email")["Records"][1]["body"]}
"""Written by others than this project."""


@every_version
@pytest.mark.parametrize("name", ["welcome", "notification", "confirmation"])
def test_messages_are_sent_once(version: str, name: str) -> None:
    message = everything(version, "messages").get(name)
    if message is None and name != "notification":
        return  # no function of this version queues it
    record = received(message or NOTIFICATION)
    entries = {"": "sent", "e-mail begun": "sent"}
    if name == "welcome":  # others are identified by another id, or by their message
        entries["e-mail sent"] = "duplicate"
    for entry, outcome in entries.items():
        db, mailer = dynamodb(version, "new", entry), FakeMailer()
        later = NOW + 600  # the lease has ended
        assert delivery(db, mailer, now=later).deliver(record, owner="new") == outcome
        assert len(mailer.sent) == (outcome == "sent")
        if name == "welcome" and db.tables["users"]:
            assert "welcomed" in db.tables["users"][USER.id]
