"""Tables with their indexes, stream, expiry and protection."""

from collections.abc import Mapping
from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import Made, Request, resource


@resource(
    "aws:dynamodb/table:Table",
    passes=(
        "name attributes billingMode deletionProtectionEnabled globalSecondaryIndexes hashKey "
        "localSecondaryIndexes pointInTimeRecovery rangeKey readCapacity serverSideEncryption "
        "streamEnabled streamViewType tableClass ttl writeCapacity"
    ),
    # Limits of spending, which the emulator does not track.
    ignores="onDemandThroughput warmThroughput",
)
def table(request: Request) -> Made:
    """Make a table."""
    dynamodb = request.client("dynamodb")
    name = request.physical_name(255)
    made = dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": attribute["name"], "AttributeType": attribute["type"]}
            for attribute in request.require("attributes")
        ],
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
        dynamodb.update_time_to_live(
            TableName=name,
            TimeToLiveSpecification={
                "Enabled": True,
                "AttributeName": request.require("ttl")["attributeName"],
            },
        )
    if request.get("pointInTimeRecovery", {}).get("enabled"):
        dynamodb.update_continuous_backups(
            TableName=name,
            PointInTimeRecoverySpecification=_recovery(request.require("pointInTimeRecovery")),
        )
    return Made(
        name,
        {
            "name": name,
            "arn": made["TableArn"],
            "streamArn": made.get("LatestStreamArn", ""),
            "streamLabel": made.get("LatestStreamLabel", ""),
        },
    )


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
    own = {"hashKey": given.get("hashKey") or request.get("hashKey"), **given}
    return present(
        IndexName=given["name"],
        KeySchema=pascal(keys) if keys else _keys(own),
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
        PointInTimeRecoveryEnabled=True, RecoveryPeriodInDays=given.get("recoveryPeriodInDays")
    )
