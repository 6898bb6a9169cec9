"""Samples of what ``erase-user`` writes and sends."""

import copy
from typing import Any

from handlers.domain.erasure_store import ErasureStore
from handlers.domain.ledger import Ledger
from handlers.domain.user_items import user_item
from handlers.erase_user.erase_user import Steps
from handlers.erase_user.traces import Traces
from tests.support import samples
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import Samples

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


class FakeQueue:
    """SQS, with the messages that it was sent."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []

    def send_message(self, **message: Any) -> None:
        del message["QueueUrl"]
        self.messages.append(message)


def steps(database: FakeDynamoDB, queue: FakeQueue) -> Steps:
    """Return the steps of erasures in a database."""
    return Steps(
        erasures=ErasureStore(database, "erasures", now=lambda: NOW),
        ledger=Ledger(database, "ledger", now=lambda: NOW),
        traces=Traces(
            dynamodb=database,
            users_table="users",
            ledger_table="ledger",
            erasures_table="erasures",
        ),
        sqs=queue,
        queue_url="https://queue",
    )


def written() -> Samples:
    """Return the samples of this version."""
    database, queue = FakeDynamoDB(), FakeQueue()
    database.tables = {
        "users": {USER.id: user_item(USER, NOW)},
        "erasures": {ERASURE: samples.erasure_item(ERASURE)},
        "ledger": {},
    }
    work = steps(database, queue)
    work.run("stop-welcome", ERASURE)
    work.run("delete", ERASURE)
    deleted = copy.deepcopy(database.tables["erasures"][ERASURE])
    work.run("confirm", ERASURE)
    work.run("finish", ERASURE)
    return {
        "erasures": {"user deleted": deleted, "done": database.tables["erasures"][ERASURE]},
        "ledger": {"welcome stopped": database.tables["ledger"][f"email#{USER.id}"]},
        "messages": {"confirmation": queue.messages[0]},
    }
