"""Samples of what ``cleanup-expired`` writes."""

import copy
from typing import Any

from handlers.cleanup_expired.welcomes import ATTEMPTS, Welcomes
from handlers.domain.user_items import user_item
from tests.functions.cleanup_expired.fakes import Queue, Table
from tests.support.fakes import NOW, USER
from tests.support.formats import Samples


def written() -> Samples:
    """Return the samples of this version."""
    new = user_item(USER, NOW)
    tired = {**new, "welcome_attempts": {"N": str(ATTEMPTS)}}
    return {"users": {"queued again": _swept(new), "given up": _swept(tired)}}


def _swept(user: dict[str, Any]) -> dict[str, Any]:
    """Return a user after the sweep."""
    table = Table(copy.deepcopy(user))
    welcomes = Welcomes(dynamodb=table, sqs=Queue(), table="table", queue_url="https://queue")
    welcomes.requeue(now=int(user["welcome_due"]["N"]), stop=lambda: False)
    return table.items[USER.id]
