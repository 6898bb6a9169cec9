"""Rows 34 to 38: tables."""

from .model import MAPPING, Resource, Stack
from .rule import Problems, must, must_be_set, only_if, rule

TABLE = "dynamodb/table:Table"


@rule(34, "DynamoDB.2, CK28, Nag-DDB3", TABLE, per_resource=True)
def restorable(table: Resource, _: Stack) -> Problems:
    """Tables have point-in-time recovery."""
    yield from must(
        table, ["pointInTimeRecovery", "enabled"], lambda on: on is True, "it must be true"
    )


@rule(35, "DynamoDB.6", TABLE, per_resource=True, production=True)
def not_deleted(table: Resource, _: Stack) -> Problems:
    """Tables are protected from deletion."""
    yield from must(table, ["deletionProtectionEnabled"], lambda on: on is True, "it must be true")


@rule(36, "CK119", TABLE, per_resource=True, production=True)
def encrypted_tables(table: Resource, _: Stack) -> Problems:
    """Tables are encrypted with a customer managed key."""
    yield from must(
        table, ["serverSideEncryption", "enabled"], lambda on: on is True, "it must be true"
    )
    yield from must_be_set(table, ["serverSideEncryption", "kmsKeyArn"], "name a KMS key")


@rule(37, "DynamoDB.1", TABLE, per_resource=True)
def on_demand(table: Resource, _: Stack) -> Problems:
    """Tables use on-demand capacity."""
    yield from must(
        table, ["billingMode"], lambda m: m == "PAY_PER_REQUEST", "it must be PAY_PER_REQUEST"
    )


@rule(38, "own", TABLE)
def outbox(table: Resource, stack: Stack) -> Problems:
    """Every stream of a table has a reader, and its records hold the new item."""
    readers = stack.referring(MAPPING, "eventSourceArn", table)
    streaming = table.get("streamEnabled") is True
    only_if(readers or streaming)
    if not readers:
        yield "it has a stream without a reader; add an EventSourceMapping"
    if not streaming:
        yield f"streamEnabled must be true, or {', '.join(r.name for r in readers)} reads nothing"
    yield from must(
        table,
        ["streamViewType"],
        {"NEW_IMAGE", "NEW_AND_OLD_IMAGES"}.__contains__,
        "it must be NEW_IMAGE or NEW_AND_OLD_IMAGES",
    )
