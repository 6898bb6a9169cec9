"""Which permissions each function has used, by what the emulator's CloudTrail recorded."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.permission_calls import TABLES, table_names
from tests.support.e2e.system import logical_name
from tests.support.statements import EMAILS, EXECUTIONS, HERE, MACHINE, STORAGE

Used = set[tuple[str, str]]
"""Action and resource, as ``tests/support/statements.py`` names them; of an object its key."""

_IN_TRANSACTIONS = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem"}
_OF_BUCKETS = {"ListObjects": "ListBucket"}


@contextmanager
def recording(cloud: Cloud) -> Iterator[None]:
    """Record calls until the block ends."""
    _record(cloud, True)
    try:
        yield
    finally:
        _record(cloud, False)


def used_permissions(cloud: Cloud, function: str) -> Used:
    """Return what a function has used. The trail does not tell whether S3 read a version."""
    return {
        permission
        for key in _access_keys(cloud, function)
        for event in _events(cloud, key)
        for permission in _permissions(cloud, event)
    }


def _record(cloud: Cloud, on: bool) -> None:
    wanted = {"cloudtrail._recording_enabled": str(on)}
    answer = cloud.aws.ask("POST", "/_ministack/config", json.dumps(wanted))
    assert answer == {"applied": {"cloudtrail._recording_enabled": on}}


def _access_keys(cloud: Cloud, function: str) -> list[str]:
    """Return a function's access keys, by which the trail knows callers.

    They differ by how the function was named to invoke it: by its version or its alias.
    """
    ref = cloud.functions[function]
    configuration = cloud.client("lambda").get_function_configuration(
        FunctionName=ref.name, Qualifier=ref.qualifier
    )
    arn = configuration["FunctionArn"].removesuffix(f":{configuration['Version']}")
    suffixes = ("", f":{configuration['Version']}", f":{ref.qualifier}")
    names = [f"{arn}{suffix}:{configuration['Role']}" for suffix in suffixes]
    return [f"ASIA{hashlib.sha256(name.encode()).hexdigest()[:16].upper()}" for name in names]


def _events(cloud: Cloud, access_key: str) -> Iterator[dict[str, Any]]:
    """Yield a caller's events: fifty at most, the newest (the emulator has no further page)."""
    answer = cloud.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "AccessKeyId", "AttributeValue": access_key}]
    )
    for event in answer["Events"]:
        yield {**json.loads(event["CloudTrailEvent"]), "resources": event["Resources"]}


def _permissions(cloud: Cloud, event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    service, name = event["eventSource"].partition(".")[0], event["eventName"]
    given: dict[str, Any] = event["requestParameters"]
    if service == "dynamodb":
        tables = {name: TABLES[table] for table, name in table_names(cloud).items()}
        for item in given.get("TransactItems", []):
            for kind, detail in item.items():
                yield f"dynamodb:{_IN_TRANSACTIONS[kind]}", tables[detail["TableName"]]
        for table in given.get("RequestItems", ()):
            yield f"dynamodb:{name}", tables[table]
        if "TableName" in given:
            index = f"/index/{given['IndexName']}" if "IndexName" in given else ""
            yield f"dynamodb:{name}", tables[given["TableName"]] + index
    elif service == "sqs":
        logical = logical_name(given["QueueUrl"].rpartition("/")[2])
        queue = EMAILS if logical == "emails" else f"arn:aws:sqs:{HERE}:{logical}"
        yield f"sqs:{name.removesuffix('Batch')}", queue
    elif service == "s3":
        keys = [r["ResourceName"] for r in event["resources"][1:]]
        yield f"s3:{_OF_BUCKETS.get(name, name)}", "/".join([STORAGE, *keys])
    elif service == "states":
        yield f"states:{name}", MACHINE if name == "StartExecution" else f"{EXECUTIONS}:probe"
    else:
        raise AssertionError(f"{service}:{name}: say here what it takes")
