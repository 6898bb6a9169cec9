"""A small soak; `make soak` runs a long one."""

import pytest

from checks.chaos.soak.inputs import Kind, Variant
from checks.chaos.soak.report import Result, lines
from checks.chaos.soak.soak import Soak, running
from checks.chaos.soak.table import Account, Row
from checks.chaos.soak.weather import Weather

pytestmark = pytest.mark.long

SEED = 11
INPUTS = 150


def _row(account: Account, title: str) -> Row:
    (found,) = [row for row in account.rows if row.title == title]
    return found


def _told(soak: Soak, account: Account) -> str:
    """Return the table, for the message of a failure."""
    result = Result(
        account=account,
        sent=soak.sent,
        injected=soak.injected,
        calls=soak.calls,
        repeated=soak.books.repeated,
        ended="all was sent",
        send_seconds=1,
        settle_seconds=1,
        command="pytest tests/faults/test_soak.py",
    )
    return "\n".join(lines(result))


def test_nothing_is_lost_or_doubled_while_calls_fail_and_functions_are_killed() -> None:
    with running(seed=SEED, visibility_seconds=8) as soak:
        soak.send(INPUTS, Weather(faults=15, kills=15), seconds=300)
        soak.settle(seconds=180)
        account = soak.account()
    assert account.balances, _told(soak, account)
    assert soak.injected["kill"] >= 2
    assert sum(soak.injected.values()) - soak.injected["kill"] >= 10
    assert all(row.balance.once for row in account.rows), _told(soak, account)


def test_what_is_taken_away_behind_the_systems_back_is_found() -> None:
    with running(seed=SEED, visibility_seconds=8) as soak:
        _switch_queue(soak, on=False)
        soak.send(40, Weather(faults=0, kills=0), seconds=300)
        message = _take_a_message(soak)
        _switch_queue(soak, on=True)
        soak.settle(seconds=180)
        upload = _take_an_output(soak)
        account = soak.account()
    assert not account.balances
    violations = {row.title: row.balance.violations for row in account.rows}
    assert {title: found for title, found in violations.items() if found} == {
        Kind.MESSAGE: {"lost": {str(message)}},
        Kind.UPLOAD: {"lost": {str(upload)}},
    }
    assert f"{Kind.MESSAGE}: lost {message}" in _told(soak, account)


def _switch_queue(soak: Soak, *, on: bool) -> None:
    client = soak.cloud.client("lambda")
    name = soak.cloud.functions["send-email"].name
    (mapping,) = client.list_event_source_mappings(FunctionName=name)["EventSourceMappings"]
    client.update_event_source_mapping(UUID=mapping["UUID"], Enabled=on)


def _take_a_message(soak: Soak) -> int:
    """Delete a valid message from the queue; return its input's number."""
    good = {
        soak.inputs.message(item): item.number
        for item in map(soak.inputs.__getitem__, soak.books.numbers)
        if item.kind == Kind.MESSAGE and item.variant is Variant.PLAIN
    }
    sqs, url = soak.cloud.client("sqs"), soak.cloud.outputs["sqs_queue_url"]
    while True:
        (message,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=1)["Messages"]
        if message["Body"] in good:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return good[message["Body"]]


def _take_an_output(soak: Soak) -> int:
    """Delete an upload's result; return its input's number."""
    item = next(
        item
        for item in map(soak.inputs.__getitem__, soak.books.numbers)
        if item.kind == Kind.UPLOAD and item.variant is Variant.PLAIN
    )
    for key in soak.inputs.file(item).outputs:
        soak.cloud.client("s3").delete_object(Bucket=soak.cloud.outputs["s3_bucket_name"], Key=key)
    return item.number
