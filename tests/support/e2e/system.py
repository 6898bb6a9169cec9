"""What end-to-end tests do with the running system."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from local.cloud import Cloud
from tests.support.stacks import PROJECT


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: dict[str, str]


@dataclass(frozen=True)
class Api:
    """The API at a URL; ``authorization``: the header to send, where it asks for one."""

    url: str
    authorization: str | None = None

    def __call__(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        credentials = {"Authorization": self.authorization} if self.authorization else {}
        request = urllib.request.Request(
            self.url + path,
            data=data,
            method=method,
            headers={"Content-Type": "application/json", **credentials, **(headers or {})},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                return _answer(response.status, response)
        except urllib.error.HTTPError as error:
            with error:
                return _answer(error.code, error)

    def new_user(self, name: str = "Ada Lovelace") -> dict[str, str]:
        """Create a user with an address of their own."""
        answer = self("POST", "/users", {"name": name, "email": address()})
        assert answer.status == 201, answer
        user: dict[str, str] = answer.body["user"]
        return user


def _answer(status: int, response: Any) -> Answer:
    """Return an answer; its body is None if it has no content, as 304."""
    content = response.read()
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(status, json.loads(content) if content else None, headers)


def address() -> str:
    return f"u{uuid.uuid4().hex[:12]}@example.com"


def invoke(
    cloud: Cloud, function: str, event: dict[str, Any], *, qualifier: str = "live"
) -> dict[str, Any]:
    """Invoke a function and wait; return its answer, or Lambda's error."""
    answer = cloud.client("lambda").invoke(
        FunctionName=cloud.functions[function].name,
        Qualifier=qualifier,
        Payload=json.dumps(event).encode(),
    )
    payload: dict[str, Any] = json.load(answer["Payload"])
    return payload


T = TypeVar("T")


def until(read: Callable[[], T], *, seconds: float = 30) -> T:
    """Read until there is a value, and return it; fail the test if there is none in time."""
    deadline = time.monotonic() + seconds
    while not (value := read()):
        assert time.monotonic() < deadline, f"nothing came within {seconds} s"
        time.sleep(0.1)
    return value


def messages_in(sqs: Any, queue_url: str) -> list[dict[str, Any]]:
    """Return a queue's messages without waiting; they stay in the queue."""
    answer = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        MessageAttributeNames=["All"],
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found


def keys(s3: Any, bucket: str, prefix: str) -> list[str]:
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=prefix).get("Contents", [])
    return [item["Key"] for item in listed]


def log_records(logs: Any, group: str) -> list[dict[str, Any]]:
    """Return the JSON records of a log group; lines of the platform are left out."""
    events = logs.filter_log_events(logGroupName=group, limit=10_000)["events"]
    return [json.loads(e["message"]) for e in events if e["message"].startswith("{")]


def upload(cloud: Cloud, name: str, content: bytes, prefix: str, results: int) -> None:
    """Upload a file, and wait until it has so many results."""
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key=f"uploads/{name}", Body=content)
    until(lambda: len(keys(s3, bucket, f"{prefix}{name}/")) == results)


def welcomed(cloud: Cloud, user_id: str) -> bool:
    """Return whether a user's welcome was sent."""
    answer = cloud.client("dynamodb").get_item(
        TableName=cloud.outputs["dynamodb_table_name"], Key={"id": {"S": user_id}}
    )
    return "welcomed" in answer["Item"]


@contextmanager
def broken(cloud: Cloud, function: str) -> Iterator[None]:
    """Remove a function's grants, as a wrong deployment would, until the block ends."""
    iam, name = cloud.client("iam"), cloud.functions[function].name
    role = cloud.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    role = role.rpartition("/")[2]
    (policy,) = [
        p
        for p in iam.list_role_policies(RoleName=role)["PolicyNames"]
        if f"-{function}-policy-" in p
    ]
    document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=policy)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=policy, PolicyDocument=json.dumps(document))


def logical_name(physical: str) -> str:
    """Return the program's own name of something that Pulumi has named."""
    named = re.fullmatch(rf"{PROJECT}-[a-z]+-(.+)-[0-9a-f]{{7}}", physical)
    assert named, physical
    return named[1]


def fire_cleanup(cloud: Cloud) -> None:
    """Let the schedule of ``cleanup-expired`` fire, within 10 seconds and once in all."""
    scheduler = cloud.client("scheduler")
    (found,) = (s for s in scheduler.list_schedules()["Schedules"] if "cleanup" in s["Name"])
    schedule = scheduler.get_schedule(GroupName=found["GroupName"], Name=found["Name"])
    scheduler.update_schedule(
        GroupName=schedule["GroupName"],
        Name=schedule["Name"],
        Target=schedule["Target"],
        FlexibleTimeWindow=schedule["FlexibleTimeWindow"],
        ScheduleExpression=time.strftime("at(%Y-%m-%dT%H:%M:%S)", time.gmtime()),
    )
