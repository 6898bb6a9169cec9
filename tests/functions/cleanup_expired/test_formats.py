"""Sweeps what every version has written (``tests/support/formats``)."""

from handlers.cleanup_expired.expired import Expired
from handlers.cleanup_expired.welcomes import Welcomes
from tests.functions.cleanup_expired.fakes import Queue, Table
from tests.support.fakes import NOW
from tests.support.formats import every_version, everything


@every_version
def test_users_without_a_welcome_are_swept(version: str) -> None:
    users = everything(version, "users")
    outcomes = {"new": "requeued", "queued again": "requeued", "given up": None, "welcomed": None}
    for name, user in users.items():
        if name == "guard":
            continue
        welcomes = Welcomes(
            dynamodb=Table(user), sqs=Queue(), table="table", queue_url="https://queue"
        )
        counts = welcomes.requeue(now=int(NOW) + 30 * 86_400, stop=lambda: False)
        outcome = outcomes[name]
        assert counts == ({f"welcome_{outcome}": 1} if outcome else {}), name


@every_version
def test_what_has_expired_is_deleted(version: str) -> None:
    for entry in everything(version, "ledger").values():
        now = int(entry["expires"]["N"]) + 3_600
        expired = Expired(dynamodb=Table(entry), table="table")
        assert expired.delete(now=now, stop=lambda: False) == 1
