"""Figures of what callers do, as the API answers them."""

import time
from typing import Any

import pytest

from handlers.domain.activity_event import FIGURES
from handlers.runtime.clock import day
from local.cloud import Cloud
from tests.functions.count_activity.stored import entries
from tests.functions.count_activity.stored import figures as counted
from tests.support.e2e.system import Api, invoke, messages_in, until, upload, welcomed


def figures(api: Api) -> dict[str, Any]:
    """Return the figures of today and yesterday, added up: a test may run at midnight."""
    now = time.time()
    answer = api("GET", f"/activity?from={day(now - 86_400)}&to={day(now)}")
    assert answer.status == 200, answer
    assert len(answer.body["days"]) == 2
    return {name: sum(each[name] for each in answer.body["days"]) for name in FIGURES}


def test_what_happens_counts_within_seconds(cloud: Cloud, api: Api) -> None:
    before = figures(api)
    user = api.new_user()
    until(lambda: figures(api)["created"] > before["created"], seconds=10)
    until(lambda: welcomed(cloud, user["id"]))
    until(lambda: figures(api)["welcomed"] > before["welcomed"], seconds=10)
    name = f"{time.time_ns()}"
    upload(cloud, f"{name}.zip", b"PK\x05\x06" + bytes(18), "processed/", 1)
    upload(cloud, f"{name}.jpg", b"no picture", "rejected/", 2)
    until(lambda: figures(api)["processed"] > before["processed"], seconds=10)
    until(lambda: figures(api)["rejected"] > before["rejected"], seconds=10)


@pytest.mark.long
def test_figures_are_the_ledgers_and_a_recount_agrees(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
    # Other tests store entries of closed days, and delete some of theirs.
    assert set(invoke(cloud, "recount", {})) == {"days"}
    # Nothing is under way: what is counted while the table is emptied would keep its mark only.
    until(lambda: entries(cloud) <= counted(cloud))
    # As on a stack that had no figures.
    table, dynamodb = cloud.outputs["activity_table_name"], cloud.client("dynamodb")
    for item in dynamodb.scan(TableName=table)["Items"]:
        dynamodb.delete_item(TableName=table, Key={n: item[n] for n in ("id", "day")})
    for _ in range(2):
        assert set(invoke(cloud, "recount", {})) == {"days"}
        found = counted(cloud)
        assert entries(cloud) <= found
        # Beside the entries, users whom other tests stored without one.
        assert {name.split()[1] for name in found - entries(cloud)} <= {"created"}
    assert counted(cloud) == found


def test_a_poisoned_entry_holds_up_nothing(cloud: Cloud, api: Api) -> None:
    ledger, today = cloud.outputs["ledger_table_name"], {"S": day(time.time())}
    key = {"id": {"S": f"poison#{time.time_ns()}"}}
    cloud.client("dynamodb").put_item(TableName=ledger, Item={**key, "day": today})
    before = figures(api)
    api.new_user()
    until(lambda: figures(api)["created"] > before["created"], seconds=60)
    cloud.client("dynamodb").delete_item(TableName=ledger, Key=key)
    sqs = cloud.client("sqs")
    url = cloud.outputs["dead_letters"]["ledger-entries-failures"]["url"]
    until(lambda: messages_in(sqs, url), seconds=60)
    sqs.purge_queue(QueueUrl=url)


def test_bad_ranges_are_refused(api: Api) -> None:
    for query in ("", "?from=2026-11-01", "?from=x&to=y", "?from=2026-11-02&to=2026-11-01"):
        answer = api("GET", f"/activity{query}")
        assert (answer.status, list(answer.body)) == (400, ["error"]), query
