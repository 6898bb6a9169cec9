"""A DynamoDB table."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pulumi
import pulumi_aws as aws

from infra.grants import Grant, variable
from infra.storage.key import Key, arn_of, needs

AttributeType = Literal["S", "N"]


@dataclass(frozen=True, kw_only=True)
class Index:
    """A global secondary index: ``include`` names what it projects in addition to the keys."""

    name: str
    hash_key: str
    range_key: str
    range_type: AttributeType = "S"
    include: Sequence[str] = ()


@dataclass(frozen=True, kw_only=True)
class TableArgs:
    """A table with the hash key ``id``, and no range key; both are strings.

    ``key``: what the table is encrypted with; DynamoDB's if None.
    """

    retain: bool
    key: Key | None = None
    stream: bool = False
    hash_key: str = "id"
    range_key: str | None = None
    ttl_attribute: str | None = None
    indexes: Sequence[Index] = ()


class Table(pulumi.ComponentResource):
    """A table with on-demand capacity, encrypted, with point-in-time recovery.

    Its verbs return grants: ``get``, ``get_many``, ``put``, ``update``, ``delete`` and
    ``query_items`` on its items, ``query`` on one index, ``read_stream`` for a trigger.
    """

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Table", name, None, opts)
        self._indexes = {index.name for index in args.indexes}
        attributes: dict[str, AttributeType] = {args.hash_key: "S"}
        if args.range_key:
            attributes[args.range_key] = "S"
        for index in args.indexes:
            attributes |= {index.hash_key: "S", index.range_key: index.range_type}
        self.table = aws.dynamodb.Table(
            name,
            attributes=[{"name": n, "type": t} for n, t in attributes.items()],
            hash_key=args.hash_key,
            range_key=args.range_key,
            billing_mode="PAY_PER_REQUEST",
            point_in_time_recovery={"enabled": True},
            deletion_protection_enabled=args.retain,
            # Set even without a key: if left out, the table would keep a deleted key.
            server_side_encryption={
                "enabled": args.key is not None,
                "kms_key_arn": arn_of(args.key),
            },
            stream_enabled=args.stream,
            stream_view_type="NEW_IMAGE" if args.stream else None,
            ttl={"attribute_name": args.ttl_attribute, "enabled": True}
            if args.ttl_attribute
            else None,
            global_secondary_indexes=[_index(index) for index in args.indexes],
            opts=pulumi.ResourceOptions(parent=self, protect=args.retain),
        )
        self.name: pulumi.Output[str] = self.table.name
        self.stream_arn: pulumi.Output[str] = self.table.stream_arn
        self.key = args.key
        # DynamoDB decrypts the table's key on behalf of each caller; for everything else it uses
        # the KMS grant that it created with the table.
        # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html
        self._needs = needs(
            args.key, "dynamodb", ["Decrypt"], {"aws:dynamodb:tableName": self.table.name}
        )
        self.register_outputs({"name": self.name})

    def get(self, *, env: str | None = None) -> Grant:
        """``dynamodb:GetItem``; ``env`` names the variable that holds the table's name."""
        return self._grant("GetItem", env)

    def get_many(self, *, env: str | None = None) -> Grant:
        """``dynamodb:BatchGetItem``."""
        return self._grant("BatchGetItem", env)

    def put(self, *, env: str | None = None) -> Grant:
        """``dynamodb:PutItem``, alone and in transactions."""
        return self._grant("PutItem", env)

    def update(self, *, env: str | None = None) -> Grant:
        """``dynamodb:UpdateItem``."""
        return self._grant("UpdateItem", env)

    def delete(self, *, env: str | None = None) -> Grant:
        """``dynamodb:DeleteItem``."""
        return self._grant("DeleteItem", env)

    def query_items(self, *, env: str | None = None) -> Grant:
        """``dynamodb:Query`` on the table, and on no index."""
        return self._grant("Query", env)

    def query(self, index: str, *, env: str | None = None) -> Grant:
        """``dynamodb:Query`` on one index, and not on the table."""
        if index not in self._indexes:
            raise ValueError(
                f"no index {index!r}; the table has {', '.join(sorted(self._indexes))}"
            )
        return Grant(
            actions=["dynamodb:Query"],
            resources=[pulumi.Output.concat(self.table.arn, "/index/", index)],
            env=variable(env, self.name),
            needs=self._needs,
        )

    def read_stream(self) -> Grant:
        """``dynamodb:DescribeStream``, ``GetRecords``, ``GetShardIterator``, ``ListStreams``.

        On all streams of this table, which has one at a time. Lambda requires all four to make a
        mapping, and lists the table's streams.
        https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
        """
        actions = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
        return Grant(
            actions=[f"dynamodb:{action}" for action in actions],
            resources=[pulumi.Output.concat(self.table.arn, "/stream/*")],
            needs=self._needs,
        )

    def _grant(self, action: str, env: str | None) -> Grant:
        return Grant(
            actions=[f"dynamodb:{action}"],
            resources=[self.table.arn],
            env=variable(env, self.name),
            needs=self._needs,
        )


def _index(index: Index) -> aws.dynamodb.TableGlobalSecondaryIndexArgsDict:
    # Not key_schemas, the replacement of these keys: every plan would show a change.
    # https://github.com/hashicorp/terraform-provider-aws/issues/46513
    return {
        "name": index.name,
        "hash_key": index.hash_key,
        "range_key": index.range_key,
        "projection_type": "INCLUDE" if index.include else "KEYS_ONLY",
        "non_key_attributes": list(index.include) or None,
    }
