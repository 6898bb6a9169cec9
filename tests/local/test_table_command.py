"""``app table``, on a running cloud."""

import json
import uuid

import pytest

from cli import main
from local.deployed import Deployed
from local.table_command import TYPE
from tests.support.local.running import as_if_up, resources


@pytest.fixture(scope="module")
def orders(cloud):
    """Make a table with a key of two parts, an index, and three items."""
    dynamodb, name = cloud.client("dynamodb"), f"orders-{uuid.uuid4().hex}"
    kinds = {"customer": "S", "number": "N", "day": "S"}
    dynamodb.create_table(
        TableName=name,
        AttributeDefinitions=[
            {"AttributeName": attribute, "AttributeType": kind} for attribute, kind in kinds.items()
        ],
        KeySchema=[
            {"AttributeName": "customer", "KeyType": "HASH"},
            {"AttributeName": "number", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-day",
                "KeySchema": [{"AttributeName": "day", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for customer, number, day in [("a", 1, "mon"), ("a", 2, "tue"), ("b", 1, "mon")]:
        dynamodb.put_item(
            TableName=name,
            Item={
                "customer": {"S": customer},
                "number": {"N": str(number)},
                "day": {"S": day},
                "lines": {"L": [{"M": {"price": {"N": "1.50"}}}]},
            },
        )
    return name


@pytest.fixture
def app(cloud, orders, tmp_path, capsys):
    def run(*arguments):
        code = main(["table", *arguments], root=tmp_path)
        return code, *capsys.readouterr()

    things = next(iter(cloud.deployed.ids(TYPE).values()))
    names = {"orders": orders, "things": things}
    with as_if_up(tmp_path, cloud, Deployed(resources=resources(TYPE, names))):
        yield run


def numbers(app, *arguments):
    code, out, _ = app(*arguments, "--json")
    assert code == 0
    return sorted((item["customer"], item["number"]) for item in json.loads(out))


def test_tables_are_listed_with_counts(app):
    assert app("--json")[1] == (
        json.dumps(
            [
                {"table": "orders", "items": 3, "indexes": ["by-day"]},
                {"table": "things", "items": 0, "indexes": []},
            ],
            indent=2,
        )
        + "\n"
    )
    assert app()[1].splitlines() == [
        "TABLE     ITEMS  INDEXES",
        "orders        3  by-day",
        "things        0  ",
    ]


def test_items_are_plain_json(app):
    code, out, error = app("orders")
    assert (code, error) == (0, "")
    items = [json.loads(line) for line in out.splitlines()]
    assert sorted((item["customer"], item["number"]) for item in items) == [
        ("a", 1),
        ("a", 2),
        ("b", 1),
    ]
    assert {"customer": "b", "number": 1, "day": "mon", "lines": [{"price": 1.5}]} in items
    assert all(list(item)[:2] == ["customer", "number"] for item in items)
    assert json.loads(app("orders", "--json")[1]) == items


def test_one_item(app):
    code, out, _ = app("orders", "a", "2")
    assert code == 0
    assert json.loads(out)["day"] == "tue"
    assert app("orders", "a", "2", "--json")[1] == out


def test_a_part_of_a_key(app):
    assert numbers(app, "orders", "a") == [("a", 1), ("a", 2)]


def test_an_index(app):
    assert numbers(app, "orders", "--index", "by-day") == [("a", 1), ("a", 2), ("b", 1)]
    assert numbers(app, "orders", "mon", "--index", "by-day") == [("a", 1), ("b", 1)]
    assert "lines" not in app("orders", "--index", "by-day")[1]


def test_a_limit_says_that_there_is_more(app):
    every_item = app("orders")[1].splitlines(keepends=True)
    code, out, error = app("orders", "--limit", "2")
    assert (code, out) == (0, "".join(every_item[:2]))
    assert error == "There are more than 2 items. Print more: --limit N\n"
    assert app("orders", "--limit", "3")[2] == ""
    first = json.loads(every_item[0])
    assert json.loads(app("orders", "--limit", "1", "--json")[1]) == [first]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["ordrs"], "There is no table 'ordrs'. Did you mean 'orders'? Tables: orders, things."),
        (["orders", "a", "x"], "'x' is not a number, as the key requires."),
        (["orders", "a", "1", "2"], "The key is customer and number. 3 values were given."),
        (["orders", "--index", "x"], "There is no index 'x'. Indexes: by-day."),
        (["things", "--index", "x"], "There is no index 'x'. Indexes: none."),
    ],
)
def test_wrong_input(app, arguments, message):
    assert app(*arguments) == (2, "", f"error: {message}\n")


def test_an_item_that_is_not_there(app):
    error = "error: There is no item 'c 1' in the table orders.\n"
    assert app("orders", "c", "1") == (1, "", error)


@pytest.mark.parametrize(
    "arguments", [["--index", "x"], ["orders", "--limit", "0"], ["orders", "--limit", "x"]]
)
def test_wrong_usage(app, arguments):
    code, out, error = app(*arguments)
    assert (code, out) == (2, "")
    assert arguments[-2] in error


def test_nothing_is_there(app, cloud, tmp_path):
    assert app("things") == (0, "", "There are no items.\n")
    assert app("things", "--json") == (0, "[]\n", "There are no items.\n")
    assert app("orders", "nobody") == (0, "", "There are no items.\n")


def test_a_program_without_tables(cloud, tmp_path, capsys):
    with as_if_up(tmp_path, cloud, Deployed()):
        assert main(["table"], root=tmp_path) == 0
        assert capsys.readouterr() == ("", "The program has no tables.\n")
        assert main(["table", "--json"], root=tmp_path) == 0
        assert capsys.readouterr().out == "[]\n"
