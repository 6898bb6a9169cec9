"""Samples of what ``request-erasure`` writes."""

from handlers.domain.access import owner_of
from handlers.domain.erasure_store import ErasureStore
from handlers.domain.user_items import user_item
from handlers.runtime.caller import Caller
from tests.support.fakes import NOW, USER, FakeDynamoDB
from tests.support.formats import Samples

PERSON = Caller("person", "0f8fad5b-d9cb-469f-a165-70867728950e")


def begun(caller: Caller | None) -> FakeDynamoDB:
    """Return a database in which the erasure of a user has just begun."""
    made = FakeDynamoDB()
    made.tables = {"users": {USER.id: user_item(USER, NOW, owner_of(caller))}, "erasures": {}}
    store = ErasureStore(made, "erasures", users_table="users", now=lambda: NOW)
    assert store.begin(USER.id, caller)
    return made


def written() -> Samples:
    """Return the samples of this version."""
    [anybodys], [owned] = (begun(who).tables["erasures"].values() for who in (None, PERSON))
    return {"erasures": {"requested": anybodys, "of an owner": owned}}
