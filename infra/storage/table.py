"""A DynamoDB table."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import pulumi
import pulumi_aws as aws

from infra.config.component_names import TABLE, check_name
from infra.grants import Grant, variable
from infra.limits import check_distinct, check_length
from infra.storage.key import Key, arn_of, needs

AttributeType = Literal["S", "N"]

# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_CreateTable.html
_LONGEST_ATTRIBUTE = 255
_INDEX_NAME = "[A-Za-z0-9_.-]{3,255}"
# https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Projection.html
_MOST_INCLUDED = 20
_MOST_INCLUDED_TOGETHER = 100


@dataclass(frozen=True, kw_only=True)
class Index:
    """A global secondary index: ``include`` names what it projects in addition to the keys."""

    name: str
    hash_key: str
    range_key: str
    range_type: AttributeType = "S"
    include: Sequence[str] = ()

    def __post_init__(self) -> None:
        if not re.fullmatch(_INDEX_NAME, self.name):
            raise ValueError(
                f"the index's name is {self.name!r}; must be 3 to 255 letters, digits, '_', '-' "
                "and '.'"
            )
        if self.range_type not in get_args(AttributeType):
            raise ValueError(
                f"range_type is {self.range_type!r}; must be 'S' for texts or 'N' for numbers"
            )
        _check_keys(self.hash_key, self.range_key)
        if isinstance(self.include, str):  # or each letter would be an attribute
            raise ValueError(  # noqa: TRY004 (as all that arguments refuse)
                f"include is {self.include!r}; must be a list of attributes"
            )
        check_distinct("include", map(repr, self.include))
        if len(self.include) > _MOST_INCLUDED:
            raise ValueError(
                f"include has {len(self.include)} attributes; must have at most {_MOST_INCLUDED}"
            )
        for attribute in self.include:
            check_length("an attribute's name", attribute, _LONGEST_ATTRIBUTE)


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

    def __post_init__(self) -> None:
        _check_keys(self.hash_key, self.range_key)
        names = [index.name for index in self.indexes]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two indexes are called {name!r}; give each a name of its own")
        types = self.key_types()
        if types.get(self.ttl_attribute or "") == "S":
            # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/TTL.html
            raise ValueError(
                f"ttl_attribute is {self.ttl_attribute!r}, which is a text in a key; must be an "
                "attribute that holds a number of seconds since 1970"
            )
        if (included := sum(len(each.include) for each in self.indexes)) > _MOST_INCLUDED_TOGETHER:
            raise ValueError(
                f"the indexes include {included} attributes; must include at most "
                f"{_MOST_INCLUDED_TOGETHER} together"
            )

    def key_types(self) -> dict[str, AttributeType]:
        """Return the type of each attribute in a key of the table or of an index.

        Raises:
            ValueError: an attribute has two types.
        """
        types: dict[str, AttributeType] = {}
        for name, type_ in self._keys():
            if (first := types.setdefault(name, type_)) != type_:
                raise ValueError(
                    f"the attribute {name!r} is of type {first} in one key and {type_} in another; "
                    "must be of one type"
                )
        return types

    def _keys(self) -> Iterator[tuple[str, AttributeType]]:
        yield self.hash_key, "S"
        if self.range_key:
            yield self.range_key, "S"
        for index in self.indexes:
            yield index.hash_key, "S"
            yield index.range_key, index.range_type


def _check_keys(hash_key: str, range_key: str | None) -> None:
    if hash_key == range_key:
        raise ValueError(
            f"hash_key and range_key are both {hash_key!r}; must be two different attributes"
        )
    for key in (hash_key, range_key):
        if key is not None:
            check_length("an attribute's name", key, _LONGEST_ATTRIBUTE)


class Table(pulumi.ComponentResource):
    """A table with on-demand capacity, encrypted, with point-in-time recovery.

    Its verbs return grants: ``get``, ``get_many``, ``put``, ``update``, ``delete`` and
    ``query_items`` on its items, ``query`` on one index, ``read_stream`` for a trigger.
    """

    def __init__(
        self, name: str, args: TableArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        check_name(TABLE, name)
        super().__init__("serverless:infra:Table", name, None, opts)
        self.logical_name = name
        self.has_stream = args.stream
        self._indexes = {index.name for index in args.indexes}
        self.table = aws.dynamodb.Table(
            name,
            attributes=[{"name": n, "type": t} for n, t in args.key_types().items()],
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
