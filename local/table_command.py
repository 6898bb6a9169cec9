"""``app table``: lists tables, and shows their items as plain JSON."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from local.errors import LocalError, WrongUsage, unknown
from local.items import key_attribute, plain_item
from local.state import StateDirectory
from local.terminal_json import terminal_json

TYPE = "aws:dynamodb/table:Table"


def list_tables(directory: StateDirectory, *, as_json: bool) -> int:
    """Print how many items each table holds, and its indexes."""
    dynamodb, tables = _open(directory)
    rows: list[dict[str, Any]] = []
    for name, physical in tables.items():
        about = dynamodb.describe_table(TableName=physical)["Table"]
        indexes = [index["IndexName"] for index in _indexes(about)]
        rows.append({"table": name, "items": _count(dynamodb, physical), "indexes": indexes})
    if as_json:
        print(terminal_json(rows))
    elif not rows:
        print("The program has no tables.", file=sys.stderr)
    else:
        width = max(map(len, [*tables, "TABLE"]))
        print(f"{'TABLE':{width}}    ITEMS  INDEXES")
        for row in rows:
            print(f"{row['table']:{width}}  {row['items']:7,}  {', '.join(row['indexes'])}")
    return 0


def show(
    directory: StateDirectory,
    name: str,
    *,
    key: Sequence[str],
    index: str | None,
    limit: int,
    as_json: bool,
) -> int:
    """Print the items of a table, or of one key.

    Args:
        directory: where the state of `up` is kept.
        name: as the program calls the table.
        key: values of the key's attributes, in their order; all of them, the first, or none.
        index: the index to read.
        limit: the most items to print.
        as_json: print one JSON array, or one object for a whole key of the table.

    Raises:
        LocalError: there is no such table, index or item, or the key is of another form.
    """
    dynamodb, tables = _open(directory)
    if name not in tables:
        raise unknown("table", name, tables)
    table = dynamodb.describe_table(TableName=tables[name])["Table"]
    about = _find_index(table, index) if index else table
    names = tuple(part["AttributeName"] for part in about["KeySchema"])
    if len(key) > len(names):
        raise WrongUsage(f"The key is {' and '.join(names)}. {len(key)} values were given.")
    kinds = {a["AttributeName"]: a["AttributeType"] for a in table["AttributeDefinitions"]}
    given = {n: key_attribute(kinds[n], text) for n, text in zip(names, key, strict=False)}
    if not index and len(given) == len(names):
        item = dynamodb.get_item(TableName=tables[name], Key=given).get("Item")
        if item is None:
            raise LocalError(f"There is no item {' '.join(key)!r} in the table {name}.")
        print(terminal_json(plain_item(item, first=names)))
        return 0
    found = list(_read(dynamodb, tables[name], index, given, limit + 1))
    items = [plain_item(item, first=names) for item in found[:limit]]
    if as_json:
        print(terminal_json(items))
    for item in () if as_json else items:
        print(terminal_json(item, indent=None))
    if not items:
        print("There are no items.", file=sys.stderr)
    elif len(found) > limit:
        print(f"There are more than {limit:,} items. Print more: --limit N", file=sys.stderr)
    return 0


def _read(dynamodb: Any, table: str, index: str | None, key: Mapping[str, Any], limit: int) -> Any:
    """Return the first items, by a query if a part of the key is given."""
    names = list(key)
    condition: dict[str, Any] = {
        "KeyConditionExpression": " AND ".join(f"#{i} = :{i}" for i in range(len(names))),
        "ExpressionAttributeNames": {f"#{i}": name for i, name in enumerate(names)},
        "ExpressionAttributeValues": {f":{i}": key[name] for i, name in enumerate(names)},
    }
    return (
        dynamodb.get_paginator("query" if key else "scan")
        .paginate(
            TableName=table,
            **(condition if key else {}),
            **({"IndexName": index} if index else {}),
            PaginationConfig={"MaxItems": limit},
        )
        .search("Items")
    )


def _count(dynamodb: Any, table: str) -> int:
    pages = dynamodb.get_paginator("scan").paginate(TableName=table, Select="COUNT")
    return sum(page["Count"] for page in pages)


def _indexes(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    kinds = ("GlobalSecondaryIndexes", "LocalSecondaryIndexes")
    return [index for kind in kinds for index in table.get(kind, [])]


def _find_index(table: Mapping[str, Any], name: str) -> dict[str, Any]:
    indexes = {index["IndexName"]: index for index in _indexes(table)}
    if name not in indexes:
        raise unknown("index", name, indexes, title="Indexes")
    return indexes[name]


def _open(directory: StateDirectory) -> tuple[Any, dict[str, str]]:
    """Return DynamoDB's client, and the tables' names by those that the program gives them."""
    state = directory.load()
    return state.clients().client("dynamodb"), state.deployed.ids(TYPE)
