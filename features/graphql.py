"""GraphQL: the use cases of the REST API by an AppSync API."""

import pulumi

from config import AppConfig
from features.activity import ActivityFigures
from features.uploads import Uploads
from infra.access.callers import Callers
from infra.function.function import Function
from infra.stack import Functions, Stack
from infra.storage.table import Table
from infra.triggers.graphql.api import GraphQLApi
from infra.triggers.http.rest_api import RestApi


class GraphQL:
    """The functions that the stack makes, and the API whose fields they resolve."""

    def __init__(self, stack: Stack, config: AppConfig, callers: Callers, *, users: Table,
                 ledger: Table, uploads: Uploads, activity: ActivityFigures) -> None:
        self.stack, self.callers = stack, callers
        scopes = {"RESOURCE_SERVER": callers.resource_server}
        self.functions = {
            "resolve-users": Function(
                description="GraphQL: users", memory_mb=512, timeout=20,
                environment=scopes,
                grants=[users.get_many(env="USERS_TABLE"), users.put(),
                        ledger.put(env="LEDGER_TABLE")]),
            "resolve-uploads": Function(
                description="GraphQL: uploads", memory_mb=512, timeout=25,
                environment={**scopes, "BUCKET_URL": uploads.storage.url, **config.uploads.limits},
                grants=[users.get(env="USERS_TABLE"), users.get_many(),
                        uploads.table.get(env="UPLOADS_TABLE"), uploads.table.put(),
                        uploads.table.query_items(),
                        uploads.storage.write("uploads/users/", env="BUCKET"),
                        uploads.storage.read("processed/users/")]),
            "resolve-figures": Function(
                description="GraphQL: figures by day", memory_mb=512, timeout=20,
                environment=scopes,
                grants=[activity.table.query_items(env="ACTIVITY_TABLE")])}

    def trigger(self, functions: Functions, rest_api: RestApi) -> None:
        """Put the schema together from the functions' parts, and let queries trigger them."""
        self.api: GraphQLApi = self.stack.graphql_api(
            "graphql", callers=self.callers, api=rest_api, parts={
                "users": functions["resolve-users"],
                "uploads": functions["resolve-uploads"],
                "figures": functions["resolve-figures"]})
        pulumi.export("graphql_url", self.api.url)
        pulumi.export("graphql_api_key", self.api.api_key)
