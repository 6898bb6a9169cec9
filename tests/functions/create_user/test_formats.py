"""Reads what every version has written of users (``tests/support/formats``)."""

import pytest

from handlers.domain.user_store import EmailTaken, UserStore
from handlers.runtime.caller import Caller
from tests.functions.create_user.formats import KEY, NEW, PERSON
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import dynamodb, every_version, everything


def store(db: FakeDynamoDB) -> UserStore:
    return UserStore(db, "users", ledger_table="ledger", now=lambda: NOW + 60)


@every_version
def test_users_are_read(version: str) -> None:
    names = set(everything(version, "users")) - {"guard"}
    assert "new" in names
    for name in names:
        assert store(dynamodb(version, name)).get(USER.id, None) == USER, name


@every_version
def test_a_user_stays_its_owners(version: str) -> None:
    owned = "owner" in everything(version, "users")["new"]
    users = store(dynamodb(version, "new"))
    assert users.get(USER.id, PERSON) == (USER if owned else None)
    assert users.get(USER.id, Caller("person", "another")) is None


@every_version
def test_an_address_stays_taken_and_a_key_stays_used(version: str) -> None:
    with pytest.raises(EmailTaken):
        store(dynamodb(version, "new", "guard")).create(NEW, idempotency_key=None)
    again = store(dynamodb(version, "new", "guard", "Idempotency-Key"))
    replayed = again.create(NEW, idempotency_key=KEY)
    assert (replayed.user, replayed.replayed) == (USER, True)
