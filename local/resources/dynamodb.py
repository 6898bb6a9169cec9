"""Tables with their indexes, stream, expiry and protection."""

from collections.abc import Iterator, Mapping
from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState


def update_table(request: Request) -> ResourceState:
    """Change a table one property at a time, as its API requires; the table keeps its items."""
    dynamodb, name = request.client("dynamodb"), request.id
    for change in (*_changes(request), *_index_changes(request)):
        dynamodb.update_table(TableName=name, **change)
    if request.changed("ttl"):
        _set_expiry(request, name)
    if request.changed("pointInTimeRecovery"):
        _set_recovery(request, name)
    return _state(name, dynamodb.describe_table(TableName=name)["Table"])


def _changes(request: Request) -> Iterator[dict[str, Any]]:
    if request.changed("billingMode", "readCapacity", "writeCapacity"):
        yield {
            "BillingMode": request.get("billingMode", "PROVISIONED"),
            **present(ProvisionedThroughput=_throughput(request.inputs)),
        }
    if request.changed("streamEnabled", "streamViewType"):
        if request.previous and request.previous.inputs.get("streamEnabled"):
            yield {"StreamSpecification": {"StreamEnabled": False}}
        if stream := _stream(request):
            yield {"StreamSpecification": stream}
    if request.changed("serverSideEncryption"):
        yield {"SSESpecification": _encryption(request) or {"Enabled": False}}
    if request.changed("tableClass"):
        yield {"TableClass": request.get("tableClass", "STANDARD")}
    if request.changed("deletionProtectionEnabled"):
        yield {"DeletionProtectionEnabled": bool(request.get("deletionProtectionEnabled"))}


def _index_changes(request: Request) -> Iterator[dict[str, Any]]:
    """Yield one change for each index: AWS makes one at a time."""
    kind = "globalSecondaryIndexes"
    old = {index["name"]: index for index in (request.previous or request).inputs.get(kind) or []}
    new = {index["name"]: index for index in request.get(kind, [])}
    for name, index in old.items():
        if new.get(name) != index:
            yield {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": name}}]}
    for name, index in new.items():
        if old.get(name) != index:
            yield {
                "AttributeDefinitions": _attributes(request),
                "GlobalSecondaryIndexUpdates": [{"Create": _index(index, request)}],
            }


def _key_types(request: Request) -> dict[str, Any]:
    keys = (request.get("hashKey"), request.get("rangeKey"))
    types = {a["name"]: a["type"] for a in request.get("attributes", []) if a["name"] in keys}
    return {"keyTypes": types}


@resource(
    "aws:dynamodb/table:Table",
    passes=(
        "name attributes billingMode deletionProtectionEnabled globalSecondaryIndexes hashKey "
        "localSecondaryIndexes pointInTimeRecovery rangeKey readCapacity serverSideEncryption "
        "streamEnabled streamViewType tableClass ttl writeCapacity"
    ),
    # Limits of spending, which the emulator does not track.
    ignores="onDemandThroughput warmThroughput",
    update=update_table,
    fixed="name hashKey rangeKey localSecondaryIndexes keyTypes",
    holds="its items",
    delete=lambda request: request.client("dynamodb").delete_table(TableName=request.id),
    derived=_key_types,
)
def table(request: Request) -> ResourceState:
    """Make a table."""
    dynamodb = request.client("dynamodb")
    name = request.physical_name(255)
    description = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=_attributes(request),
        KeySchema=_keys(request.inputs),
        BillingMode=request.get("billingMode", "PROVISIONED"),
        **present(
            ProvisionedThroughput=_throughput(request.inputs),
            GlobalSecondaryIndexes=_indexes(request, "globalSecondaryIndexes"),
            LocalSecondaryIndexes=_indexes(request, "localSecondaryIndexes"),
            StreamSpecification=_stream(request),
            SSESpecification=_encryption(request),
            TableClass=request.get("tableClass"),
            DeletionProtectionEnabled=request.get("deletionProtectionEnabled"),
        ),
    )["TableDescription"]
    if request.get("ttl", {}).get("enabled"):
        _set_expiry(request, name)
    if request.get("pointInTimeRecovery", {}).get("enabled"):
        _set_recovery(request, name)
    return _state(name, description)


def _set_expiry(request: Request, name: str) -> None:
    """Set the attribute by which items expire; the one before must be switched off first."""
    old = (request.previous.inputs.get("ttl") if request.previous else None) or {}
    new = request.get("ttl", {})
    for given, enabled in ((old, False), (new, True)):
        if given.get("enabled"):
            request.client("dynamodb").update_time_to_live(
                TableName=name,
                TimeToLiveSpecification={
                    "Enabled": enabled,
                    "AttributeName": given["attributeName"],
                },
            )


def _set_recovery(request: Request, name: str) -> None:
    request.client("dynamodb").update_continuous_backups(
        TableName=name,
        PointInTimeRecoverySpecification=_recovery(request.get("pointInTimeRecovery", {})),
    )


def _state(name: str, table: Mapping[str, Any]) -> ResourceState:
    return ResourceState(
        name,
        {
            "name": name,
            "arn": table["TableArn"],
            "streamArn": table.get("LatestStreamArn", ""),
            "streamLabel": table.get("LatestStreamLabel", ""),
        },
    )


def _attributes(request: Request) -> list[dict[str, str]]:
    return [
        {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
        for attribute in request.require("attributes")
    ]


def _keys(given: Mapping[str, Any]) -> list[dict[str, str]]:
    kinds = (("hashKey", "HASH"), ("rangeKey", "RANGE"))
    return [
        {"AttributeName": given[ours], "KeyType": kind} for ours, kind in kinds if given.get(ours)
    ]


def _throughput(given: Mapping[str, Any]) -> dict[str, int] | None:
    if not given.get("readCapacity"):
        return None
    return {
        "ReadCapacityUnits": given["readCapacity"],
        "WriteCapacityUnits": given["writeCapacity"],
    }


def _indexes(request: Request, kind: str) -> list[dict[str, Any]] | None:
    indexes = [_index(index, request) for index in request.get(kind, [])]
    return indexes or None


def _index(given: Mapping[str, Any], request: Request) -> dict[str, Any]:
    keys = given.get("keySchemas")
    # A local index has the table's hash key.
    with_hash_key = {"hashKey": given.get("hashKey") or request.get("hashKey"), **given}
    return present(
        IndexName=given["name"],
        KeySchema=pascal(keys) if keys else _keys(with_hash_key),
        Projection=present(
            ProjectionType=given["projectionType"], NonKeyAttributes=given.get("nonKeyAttributes")
        ),
        ProvisionedThroughput=_throughput(given),
    )


def _stream(request: Request) -> dict[str, Any] | None:
    if not request.get("streamEnabled"):
        return None
    return {"StreamEnabled": True, "StreamViewType": request.require("streamViewType")}


def _encryption(request: Request) -> dict[str, Any] | None:
    given = request.get("serverSideEncryption")
    if not given or not given.get("enabled"):
        return None
    return present(Enabled=True, SSEType="KMS", KMSMasterKeyId=given.get("kmsKeyArn"))


def _recovery(given: Mapping[str, Any]) -> dict[str, Any]:
    return present(
        PointInTimeRecoveryEnabled=bool(given.get("enabled")),
        RecoveryPeriodInDays=given.get("recoveryPeriodInDays"),
    )
