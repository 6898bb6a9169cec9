"""Samples of what ``erase-files`` writes."""

from handlers.domain.erasure_store import ErasureStore
from handlers.runtime import clock
from tests.support import samples
from tests.support.fakes import NOW, FakeDynamoDB
from tests.support.formats import Samples

ERASURE = "erasure_01KAQ2Z4T5V6W7X8Y9ZABCDEFG"


def written() -> Samples:
    """Return the samples of this version."""
    database = FakeDynamoDB()
    database.tables["erasures"] = {ERASURE: samples.erasure_item(ERASURE)}
    store = ErasureStore(database, "erasures", now=lambda: NOW)
    store.deleted(ERASURE, 3)
    store.wait(ERASURE, clock.timestamp(NOW + 900))
    return {"erasures": {"files are left": database.tables["erasures"][ERASURE]}}
