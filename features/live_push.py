"""Live push: a WebSocket that sends each change of an upload as it happens."""

import pulumi

from config import AppConfig
from features.uploads import Uploads
from handlers.create_ticket.operation import CREATE_TICKET
from infra.function.function import Function
from infra.stack import Functions, Stack
from infra.storage.table import Table
from infra.triggers.http.rest_api import RestApi, Route
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs
from infra.triggers.websocket.api import WebSocketApi
from infra.triggers.websocket.stage import WebSocketStage


class LivePush:
    """The WebSocket API, the table of its connections, the functions, and what triggers them."""

    def __init__(self, stack: Stack, config: AppConfig, *, users: Table, uploads: Uploads,
                 cors: dict[str, str]) -> None:
        self.stack, self.uploads = stack, uploads
        self.api = WebSocketApi("live")
        self.table = stack.table("live-connections", hash_key="topic", range_key="id",
                                 ttl_attribute="expires")
        self.functions = {
            "create-ticket": Function(
                description="POST /tickets", memory_mb=512, timeout=20,
                environment={**cors, "LIVE_URL": self.api.url},
                grants=[self.table.put(env="LIVE_TABLE")]),
            "live-uploads": Function(
                description="Connections and subscriptions of live push", memory_mb=512, timeout=25,
                environment={**cors, **config.live.limits},
                grants=[users.get(env="USERS_TABLE"), uploads.table.get(env="UPLOADS_TABLE"),
                        self.table.get(env="LIVE_TABLE"), self.table.put(), self.table.delete(),
                        self.table.query_items()]),
            "push-uploads": Function(
                description="Changes of uploads to their subscribers", memory_mb=512, timeout=60,
                internet=True,
                grants=[users.get(env="USERS_TABLE"), uploads.table.get(env="UPLOADS_TABLE"),
                        self.table.query_items(env="LIVE_TABLE"), self.table.delete(),
                        self.api.send(env="LIVE_ENDPOINT")])}

    def routes(self, functions: Functions) -> list[Route]:
        """Let changes of uploads trigger their function, and return the route of another."""
        self.changes = StreamTrigger("upload-changes", StreamTriggerArgs(
            table=self.uploads.table, function=functions["push-uploads"],
            pattern={"eventName": ["MODIFY", "REMOVE"],
                     "dynamodb": {"Keys": {"user": {"S": [{"prefix": "user_"}]}}}}))
        return [Route("POST", "/tickets", functions["create-ticket"], CREATE_TICKET)]

    def trigger(self, functions: Functions, rest_api: RestApi) -> None:
        """Let clients trigger their function."""
        live = functions["live-uploads"]
        self.stage: WebSocketStage = self.stack.websocket_stage(
            "live-stage", api=self.api, after=rest_api,
            routes={"$connect": live, "$disconnect": live, "$default": live})
        pulumi.export("live_url", self.api.url)
        pulumi.export("live_table_name", self.table.name)
