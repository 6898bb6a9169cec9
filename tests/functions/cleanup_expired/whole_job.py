"""Has the function do all that it is allowed to do."""

import time

from local.cloud import Cloud
from tests.support.e2e.system import Api, invoke, until, welcomed


def run(cloud: Cloud, api: Api) -> None:
    user = api.new_user()
    until(lambda: welcomed(cloud, user["id"]))
    dynamodb = cloud.client("dynamodb")
    expired = time.time() - 60
    # As if nobody had welcomed them; and an entry that expired.
    dynamodb.update_item(
        TableName=cloud.outputs["dynamodb_table_name"],
        Key={"id": {"S": user["id"]}},
        UpdateExpression="SET welcome = :pending, welcome_due = :due REMOVE welcomed",
        ExpressionAttributeValues={":pending": {"S": "pending"}, ":due": {"N": str(int(expired))}},
    )
    dynamodb.put_item(
        TableName=cloud.outputs["ledger_table_name"],
        Item={
            "id": {"S": "test#whole-job"},
            "expires": {"N": str(int(expired))},
            "expires_day": {"S": time.strftime("%Y-%m-%d", time.gmtime(expired))},
        },
    )
    assert "expired_deleted" in invoke(cloud, "cleanup-expired", {})
    until(lambda: welcomed(cloud, user["id"]))
