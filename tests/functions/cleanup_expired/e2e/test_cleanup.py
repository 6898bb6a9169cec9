"""The sweep in the running system."""

import time
from typing import Any

from local.cloud import Cloud
from local.mail import sent
from tests.support.e2e.system import Api, fire_cleanup, invoke, log_records, until


def test_what_expired_is_deleted(cloud: Cloud) -> None:
    dynamodb, table = cloud.client("dynamodb"), cloud.outputs["ledger_table_name"]
    now = int(time.time())
    for name, expires in (("old", now - 60), ("new", now + 600)):
        dynamodb.put_item(
            TableName=table,
            Item={
                "id": {"S": f"test#{name}"},
                "expires": {"N": str(expires)},
                "expires_day": {"S": time.strftime("%Y-%m-%d", time.gmtime(expires))},
            },
        )
    invoke(cloud, "cleanup-expired", {})
    assert "Item" not in dynamodb.get_item(TableName=table, Key={"id": {"S": "test#old"}})
    assert "Item" in dynamodb.get_item(TableName=table, Key={"id": {"S": "test#new"}})


def test_a_user_whom_nobody_welcomed_is_welcomed_later(cloud: Cloud, api: Api) -> None:
    dynamodb, users = cloud.client("dynamodb"), cloud.outputs["dynamodb_table_name"]
    user = api.new_user()
    key = {"id": {"S": user["id"]}}

    def stored() -> dict[str, Any]:
        item: dict[str, Any] = dynamodb.get_item(TableName=users, Key=key)["Item"]
        return item

    def mails() -> int:
        return sum(mail["To"] == [user["email"]] for mail in sent(cloud.aws))

    until(lambda: "welcomed" in stored())
    assert mails() == 1
    # The state before, and the one after a stream was down for more than 24 hours.
    dynamodb.delete_item(
        TableName=cloud.outputs["ledger_table_name"], Key={"id": {"S": f"email#{user['id']}"}}
    )
    dynamodb.update_item(
        TableName=users,
        Key=key,
        UpdateExpression="SET welcome = :pending, welcome_due = :due REMOVE welcomed",
        ExpressionAttributeValues={
            ":pending": {"S": "pending"},
            ":due": {"N": str(int(time.time()) - 10)},
        },
    )
    assert invoke(cloud, "cleanup-expired", {})["welcome_requeued"] == 1
    until(lambda: mails() == 2)
    until(lambda: "welcomed" in stored())
    assert not stored().keys() & {"welcome", "welcome_due", "welcome_attempts"}


def test_the_schedule_invokes_the_function(cloud: Cloud) -> None:
    logs = cloud.client("logs")

    def runs() -> int:
        return sum(
            r.get("outcome") == "expired_deleted"
            for r in log_records(logs, cloud.functions["cleanup-expired"].log_group)
        )

    fire_cleanup(cloud)
    by_hand = 2  # at most, by the tests of this module
    until(lambda: runs() > by_hand, seconds=90)
