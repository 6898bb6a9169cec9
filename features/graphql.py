"""GraphQL: the use cases of the REST API by an AppSync API."""

from config import AppConfig
from features.activity import ActivityFigures
from features.uploads import Uploads
from infra.function.function import Function
from infra.stack import Stack
from infra.storage.table import Table


class GraphQL:
    """The functions that the stack makes, and the API whose fields they resolve."""

    def __init__(self, stack: Stack, config: AppConfig, *, users: Table, ledger: Table,
                 uploads: Uploads, activity: ActivityFigures) -> None:
        self.stack = stack
        self.functions = {
            "resolve-users": Function(
                description="GraphQL: users", memory_mb=512, timeout=20,
                grants=[users.get_many(env="USERS_TABLE"), users.put(),
                        ledger.put(env="LEDGER_TABLE")]),
            "resolve-uploads": Function(
                description="GraphQL: uploads", memory_mb=512, timeout=25,
                environment={"BUCKET_URL": uploads.storage.url, **config.uploads.limits},
                grants=[users.get_many(env="USERS_TABLE"),
                        uploads.table.get(env="UPLOADS_TABLE"), uploads.table.put(),
                        uploads.table.query_items(),
                        uploads.storage.write("uploads/users/", env="BUCKET"),
                        uploads.storage.read("processed/users/")]),
            "resolve-activity": Function(
                description="GraphQL: figures by day", memory_mb=512, timeout=20,
                grants=[activity.table.query_items(env="ACTIVITY_TABLE")])}
