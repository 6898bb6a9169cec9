"""Finds the tables and the bucket behind an API, and deletes what a smoke test created there.

The API's URL leads to its id, the id to the functions of two routes, and the functions'
environments name the tables and the bucket. So the test needs neither Pulumi nor its state.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import botocore.session
from botocore.exceptions import BotoCoreError, ClientError

from handlers.domain.email_address import guard_id
from handlers.domain.upload_key import file_id, output_key, work_id
from handlers.domain.user_items import created_id, key_id
from ops.deployed import clients as deployed_clients
from ops.deployed.clients import Client
from ops.smoke.errors import SmokeError, WrongTarget

# What follows the region depends on the partition: amazonaws.com, amazonaws.com.cn, amazonaws.eu, …
_OWN_HOST = re.compile(r"([a-z0-9]+)\.execute-api\.([a-z]+(?:-[a-z]+)+-[0-9]+)\.[a-z0-9.-]+")
_EMULATORS_PATH = re.compile(r"/_aws/execute-api/([a-z0-9]+)/")
_ROUTES = ("POST /users", "POST /users/{id}/uploads")
_FUNCTION = re.compile(r":function:([A-Za-z0-9_-]+):([A-Za-z0-9_-]+)/invocations")


@dataclass(frozen=True)
class Records:
    """The records of users and their uploads, in one stack.

    ``uploads_table`` and ``bucket`` are empty if the API has no uploads.
    """

    dynamodb: Any
    s3: Any
    users_table: str
    ledger_table: str
    uploads_table: str
    bucket: str

    def welcomed(self, user_id: str) -> bool:
        """Return True if a user's welcome e-mail was sent.

        Raises:
            SmokeError: AWS refuses the request.
        """
        with _as_smoke_errors(f"AWS does not return user {user_id} in {self.users_table}"):
            found = self.dynamodb.get_item(
                TableName=self.users_table,
                Key={"id": {"S": user_id}},
                ProjectionExpression="welcomed",
                ConsistentRead=True,
            )
        return "welcomed" in found.get("Item", {})

    def delete(self, *, user_id: str | None, email: str, idempotency_key: str) -> None:
        """Delete all records of a user's creation; missing records are no error.

        The guard of the address, which is deleted first, has the id of the key's record, which
        depends on the caller; and the user's id, if no answer contained it and ``user_id`` is None.
        A guard that an older version wrote has no key: its record is named by the key alone.

        Raises:
            SmokeError: AWS refuses; some of it may be left.
        """
        with _as_smoke_errors(
            f"What was created for {email}{f' ({user_id})' if user_id else ''} may be left in "
            f"{self.users_table} and {self.ledger_table}: AWS does not delete it"
        ):
            guard = self._delete(self.users_table, guard_id(email))
            user_id = user_id or guard.get("user_id")
            if user_id:
                self._delete(self.users_table, user_id)
                self._delete(self.ledger_table, f"email#{user_id}")
                self._delete(self.ledger_table, created_id(user_id))
            self._delete(self.ledger_table, guard.get("key_id") or key_id(idempotency_key))

    def delete_upload(self, *, user_id: str, upload_id: str, key: str, version: str) -> None:
        """Delete an upload's file, its output and its records; what is missing is no error.

        The bucket keeps deleted versions for a while, as it does for any file.

        Raises:
            SmokeError: AWS refuses; some of it may be left.
        """
        with _as_smoke_errors(
            f"What was created for {upload_id} ({user_id}) may be left in {self.bucket}, "
            f"{self.uploads_table} and {self.ledger_table}: AWS does not delete it"
        ):
            for each in (key, output_key(key, "text.txt")):
                self.s3.delete_object(Bucket=self.bucket, Key=each)
            self.dynamodb.delete_item(
                TableName=self.uploads_table,
                Key={"user": {"S": user_id}, "id": {"S": upload_id}},
            )
            for entry in (work_id(key), file_id(key, version)):
                self._delete(self.ledger_table, entry)

    def _delete(self, table: str, item_id: str) -> dict[str, str]:
        """Delete an item, and return its texts."""
        deleted = self.dynamodb.delete_item(
            TableName=table, Key={"id": {"S": item_id}}, ReturnValues="ALL_OLD"
        )
        return {n: v["S"] for n, v in deleted.get("Attributes", {}).items() if "S" in v}


def clients(url: str, region: str | None) -> Client:
    """Return a function that makes clients, with this shell's credentials, in the API's region.

    Args:
        url: the API's URL. A URL of ``execute-api`` contains its region.
        region: for other URLs; None for the region of this shell.

    Raises:
        WrongTarget: no region is known.
        SmokeError: there are no credentials.
    """
    session = botocore.session.get_session()
    api_host = _OWN_HOST.fullmatch(urlsplit(url).hostname or "")
    region = api_host[2] if api_host else region or session.get_config_variable("region")
    if not region:
        raise WrongTarget(f"{url} does not contain its region. Set --region or AWS_REGION.")
    if session.get_credentials() is None:
        raise SmokeError(
            "There are no AWS credentials, which the smoke test needs to delete what it creates. "
            "Set AWS_PROFILE, or log in, as for `pulumi up`"
        )
    return deployed_clients.clients(region)


def records(url: str, client: Client) -> Records:
    """Find the tables behind an API.

    Raises:
        SmokeError: the URL is not an API of this account and this program, or AWS refuses a
            request.
    """
    try:
        with _as_smoke_errors(f"AWS does not say what is behind {url}"):
            users, uploads = _settings(url, client)
            return Records(
                client("dynamodb"),
                client("s3"),
                users["USERS_TABLE"],
                users["LEDGER_TABLE"],
                uploads.get("UPLOADS_TABLE", ""),
                uploads.get("BUCKET", ""),
            )
    except (KeyError, TypeError):
        raise SmokeError(
            f"{url} is not an API of this program: POST /users has no function with tables"
        ) from None


@contextmanager
def _as_smoke_errors(what: str) -> Iterator[None]:
    """Raise AWS's errors again, after what could not be done."""
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise SmokeError(f"{what}: {error}") from None


def _settings(url: str, client: Client) -> list[dict[str, str]]:
    """Return the environments of the functions of two routes; the second one may not exist."""
    gateway = client("apigateway")
    api_id = _api_id(url, gateway)
    pages = gateway.get_paginator("get_resources").paginate(restApiId=api_id)
    resources = {item["path"]: item["id"] for page in pages for item in page["items"]}
    settings: list[dict[str, str]] = []
    for route in _ROUTES:
        method, _, path = route.partition(" ")
        if settings and path not in resources:
            settings.append({})
            continue
        uri = gateway.get_integration(
            restApiId=api_id, resourceId=resources[path], httpMethod=method
        )["uri"]
        function = _FUNCTION.search(uri)
        if function is None:
            raise SmokeError(f"{url}: {uri} is not a function's alias")
        found = client("lambda").get_function_configuration(
            FunctionName=function[1], Qualifier=function[2]
        )
        settings.append(found["Environment"]["Variables"])
    return settings


def _api_id(url: str, gateway: Any) -> str:
    parts = urlsplit(url)
    found = _OWN_HOST.fullmatch(parts.hostname or "") or _EMULATORS_PATH.match(parts.path)
    if found:
        return found[1]
    # A custom domain: its mapping without a path, or with the URL's.
    mappings = gateway.get_base_path_mappings(domainName=parts.hostname)["items"]
    by_path = {mapping["basePath"]: mapping["restApiId"] for mapping in mappings}
    api_id: str = by_path[parts.path.strip("/") or "(none)"]
    return api_id
