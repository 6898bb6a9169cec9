"""Live figures: what happened by day, counted from the ledger's stream."""

import pulumi

from handlers.get_activity.operation import GET_ACTIVITY
from infra.function.function import Function
from infra.stack import Functions, Stack
from infra.storage.table import Table
from infra.triggers.http.rest_api import Route
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs


class ActivityFigures:
    """The table of figures, the functions that the stack makes, and what triggers them."""

    def __init__(
        self, stack: Stack, *, users: Table, ledger: Table, cors: dict[str, str]
    ) -> None:
        self.ledger, self.cors = ledger, cors
        self.streams: list[StreamTrigger] = []
        self.table = stack.table("activity", range_key="day", ttl_attribute="expires")
        pulumi.export("activity_table_name", self.table.name)
        self.functions = {
            "count-activity": Function(
                description="The ledger's stream to figures by day", memory_mb=256, timeout=60,
                grants=[self.table.put(env="ACTIVITY_TABLE"), self.table.update()]),
            "get-activity": Function(
                description="GET /activity", memory_mb=512, timeout=20,
                environment=self.cors,
                grants=[self.table.query_items(env="ACTIVITY_TABLE")]),
            "recount": Function(
                description="By hand: figures anew, from the ledger", memory_mb=256, timeout=300,
                grants=[ledger.query("by-day", env="LEDGER_TABLE"),
                        users.query("by-day", env="USERS_TABLE"),
                        self.table.query_items(env="ACTIVITY_TABLE"), self.table.put(),
                        self.table.update()])}

    def trigger(self, functions: Functions) -> list[Route]:
        """Let the ledger's stream trigger its function, and return the route of another."""
        self.streams.append(StreamTrigger("ledger-entries", StreamTriggerArgs(
            table=self.ledger, function=functions["count-activity"],
            pattern={"dynamodb": {"NewImage": {"day": {"S": [{"exists": True}]}}}})))
        pulumi.export("by_hand", {"recount": functions["recount"].alias_arn})
        return [Route("GET", "/activity", functions["get-activity"], GET_ACTIVITY)]
