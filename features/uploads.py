"""Uploads: files that callers send straight to S3, and what becomes of them."""

import pulumi

from config import AppConfig
from handlers.get_upload.operation import GET_UPLOAD
from handlers.list_uploads.operation import LIST_UPLOADS
from handlers.request_upload.operation import REQUEST_UPLOAD
from infra.function.function import Function
from infra.stack import Functions, Stack
from infra.storage.bucket import Bucket
from infra.storage.table import Table
from infra.triggers.bucket_trigger import BucketTrigger, BucketTriggerArgs
from infra.triggers.http.rest_api import Route


class Uploads:
    """The table of uploads, the functions that the stack makes, and what triggers them."""

    def __init__(self, stack: Stack, config: AppConfig, *, users: Table, ledger: Table,
                 storage: Bucket, cors: dict[str, str], stream: bool) -> None:
        self.storage = storage
        self.table = stack.table("user-uploads", hash_key="user", range_key="id",
                                 stream=stream, ttl_attribute="expires")
        pulumi.export("uploads_table_name", self.table.name)
        url = {"BUCKET_URL": storage.url}
        self.functions = {
            "request-upload": Function(
                description="POST /users/{id}/uploads", memory_mb=512, timeout=20,
                environment={**cors, **url, **config.uploads.limits},
                grants=[users.get(env="USERS_TABLE"), self.table.put(env="UPLOADS_TABLE"),
                        storage.write("uploads/users/", env="BUCKET")]),
            "get-upload": Function(
                description="GET /users/{id}/uploads/{upload}", memory_mb=512, timeout=20,
                environment={**cors, **url},
                grants=[users.get(env="USERS_TABLE"), self.table.get(env="UPLOADS_TABLE"),
                        storage.read("processed/users/")]),
            "list-uploads": Function(
                description="GET /users/{id}/uploads", memory_mb=512, timeout=20,
                environment=cors,
                grants=[users.get(env="USERS_TABLE"),
                        self.table.query_items(env="UPLOADS_TABLE")]),
            "process-upload": Function(
                description="Images resized, texts extracted", memory_mb=1024, timeout=120,
                asynchronous=True, environment=config.uploads.settings,
                grants=[storage.read_versions("uploads/", env="BUCKET"), storage.list_keys(),
                        storage.write_large("processed/"), storage.write_large("rejected/"),
                        ledger.put(env="LEDGER_TABLE"), ledger.update(),
                        self.table.update(env="UPLOADS_TABLE")])}

    def trigger(self, functions: Functions) -> list[Route]:
        """Let new files trigger their function, and return the routes of the others."""
        BucketTrigger("uploads", BucketTriggerArgs(
            bucket=self.storage, function=functions["process-upload"], prefix="uploads/",
            outputs=("processed/", "rejected/", "reports/")))
        return [
            Route("POST", "/users/{id}/uploads", functions["request-upload"], REQUEST_UPLOAD),
            Route("GET", "/users/{id}/uploads", functions["list-uploads"], LIST_UPLOADS),
            Route("GET", "/users/{id}/uploads/{upload}", functions["get-upload"], GET_UPLOAD)]
