"""What end-to-end tests do to have a user erased."""

import time
from typing import Any

from local.cloud import Cloud
from tests.support.e2e.system import Api, until


def forget_forms(cloud: Cloud, user: str) -> None:
    """Let a user's uploads look as if their forms had expired long ago, so that nobody waits."""
    dynamodb, table = cloud.client("dynamodb"), cloud.outputs["uploads_table_name"]
    items = dynamodb.query(
        TableName=table,
        KeyConditionExpression="#user = :user",
        ExpressionAttributeNames={"#user": "user"},
        ExpressionAttributeValues={":user": {"S": user}},
    )["Items"]
    for item in items:
        dynamodb.update_item(
            TableName=table,
            Key={"user": item["user"], "id": item["id"]},
            UpdateExpression="SET deadline = :past",
            ExpressionAttributeValues={":past": {"N": str(int(time.time()) - 10_000)}},
        )


def ask(api: Api, user: str) -> dict[str, Any]:
    """Ask for a user's erasure, and return it."""
    answer = api("DELETE", f"/users/{user}")
    assert answer.status == 202, answer
    assert answer.headers["location"] == f"../erasures/{answer.body['id']}"
    erasure: dict[str, Any] = answer.body
    return erasure


def ended(api: Api, erasure: str, *, seconds: float = 60) -> dict[str, Any]:
    """Wait until an erasure is done or has failed, and return it."""

    def look() -> dict[str, Any] | None:
        answer = api("GET", f"/erasures/{erasure}")
        assert answer.status == 200, answer
        body: dict[str, Any] = answer.body
        return None if body["state"] == "running" else body

    found = until(look, seconds=seconds)
    assert found
    return found


def erase(api: Api, user: str) -> dict[str, Any]:
    """Have a user erased, and return the erasure."""
    erasure = ended(api, ask(api, user)["id"])
    assert erasure["state"] == "done", erasure
    return erasure


def stop_waiting(cloud: Cloud, erasure: str) -> None:
    """Stop an erasure's first execution when it waits, as somebody might by hand."""
    until(
        lambda: [e for e in history(cloud, erasure) if e["type"] == "WaitStateEntered"], seconds=60
    )
    cloud.client("stepfunctions").stop_execution(executionArn=execution(cloud, erasure))


def pass_time(cloud: Cloud, erasure: str) -> None:
    """Let the time that an erasure waits for be over, when it is started again."""
    cloud.client("dynamodb").update_item(
        TableName=cloud.outputs["erasures_table_name"],
        Key={"id": {"S": erasure}},
        UpdateExpression="SET until_time = :past",
        ExpressionAttributeValues={":past": {"S": "2026-01-01T00:00:00Z"}},
    )


def execution(cloud: Cloud, erasure: str, attempt: int = 1) -> str:
    """Return the ARN of an erasure's execution."""
    [machine] = cloud.client("stepfunctions").list_state_machines()["stateMachines"]
    arn: str = machine["stateMachineArn"].replace(":stateMachine:", ":execution:")
    return f"{arn}:{erasure}-{attempt}"


def history(cloud: Cloud, erasure: str) -> list[dict[str, Any]]:
    """Return the events of an erasure's first execution."""
    events: list[dict[str, Any]] = cloud.client("stepfunctions").get_execution_history(
        executionArn=execution(cloud, erasure), maxResults=1000
    )["events"]
    return events
