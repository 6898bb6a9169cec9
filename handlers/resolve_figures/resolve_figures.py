"""Figures by day in GraphQL.

Outcomes: ``read``, ``invalid``; and those of ``resolver``.
"""

import msgspec

from handlers.domain.activity_range import figures
from handlers.domain.activity_store import ActivityStore
from handlers.runtime.log import outcome
from handlers.runtime.resolver import Asked, Field, one_by_one


def fields(store: ActivityStore) -> dict[str, Field]:
    """Return how each field is resolved.

    The figures belong to nobody: whoever has the scope may read them.

    Args:
        store: the figures.
    """

    def activity(asked: Asked) -> object:
        days = figures(asked.arguments["from"], asked.arguments["to"], store)
        outcome("read", status=200, count=len(days))
        return msgspec.to_builtins(days)

    return {
        "Query.activity": Field("activity.read", "Failed to get the activity", one_by_one(activity))
    }
