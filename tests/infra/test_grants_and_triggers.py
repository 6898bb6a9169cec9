"""What grants and triggers refuse, before anything is made."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blueprint.recording import Recorder
from infra.access.mail_identity import MailIdentity, MailIdentityArgs
from infra.config.stack import StackConfig
from infra.function.image_function import FunctionArgs, ImageFunction
from infra.grants import Grant, environment, variable
from infra.storage.bucket import Bucket, BucketArgs
from infra.storage.queue import Queue, QueueArgs
from infra.storage.table import Index, Table, TableArgs
from infra.triggers.bucket_trigger import BucketTrigger, BucketTriggerArgs
from infra.triggers.queue_trigger import QueueTrigger, QueueTriggerArgs
from infra.triggers.schedule_trigger import ScheduleTrigger, ScheduleTriggerArgs
from infra.triggers.stream_trigger import StreamTrigger, StreamTriggerArgs
from tests.support.stacks import recorded

CONFIG = StackConfig()
ARN = "arn:aws:sqs:eu-central-1:123456789012:emails"


def function(**changes: Any) -> ImageFunction:
    args = {"config": CONFIG, "description": "", "memory_mb": 256, "timeout": 30} | changes
    return ImageFunction("get-user", FunctionArgs(**args))


def refused(program: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        recorded(program)


def statements(made: Recorder, policy: str) -> list[dict[str, Any]]:
    document = json.loads(made.one("aws:iam/rolePolicy:RolePolicy", policy).inputs["policy"])
    return list(document["Statement"])


# Grants


@pytest.mark.parametrize("action", ["*", "sqs:*", "sqs:Send*", "SendMessage", ""])
def test_a_grant_holds_single_actions(action: str) -> None:
    with pytest.raises(ValueError, match="without wildcards"):
        Grant(actions=[action], resources=[ARN])


def test_a_grant_is_on_something() -> None:
    with pytest.raises(ValueError, match=r"sqs:SendMessage is on every resource \('\*'\)"):
        Grant(actions=["sqs:SendMessage"], resources=["*"])


def test_a_grants_statement() -> None:
    grant = Grant(
        actions=["s3:PutObject", "s3:GetObject"],
        resources=[ARN],
        conditions={"Bool": {"aws:SecureTransport": "true"}},
    )
    assert grant.statement() == {
        "Effect": "Allow",
        "Action": ["s3:GetObject", "s3:PutObject"],
        "Resource": [ARN],
        "Condition": {"Bool": {"aws:SecureTransport": "true"}},
    }


def test_no_variable_is_set_twice() -> None:
    one = Grant(actions=["sqs:SendMessage"], resources=[ARN], env=variable("QUEUE", "a"))
    with pytest.raises(ValueError, match="QUEUE is set twice; give `env` to one grant only"):
        environment([one, one], {})
    with pytest.raises(ValueError, match="QUEUE is set twice"):
        environment([one], {"QUEUE": "a"})


NAMES = st.sampled_from(["AA", "BB", "CC"])


@given(st.lists(NAMES, max_size=4), st.lists(NAMES, max_size=2, unique=True))
def test_an_environment_is_all_variables_or_an_error(names: list[str], own: list[str]) -> None:
    grants = [Grant(actions=["a:B"], resources=[ARN], env=variable(n, n.lower())) for n in names]
    every = [*names, *own]
    try:
        assert environment(grants, {n: n.lower() for n in own}) == {n: n.lower() for n in every}
        assert len(set(every)) == len(every)
    except ValueError:
        assert len(set(every)) < len(every)


def test_a_grant_without_a_variable() -> None:
    assert variable(None, "a") == {}
    assert environment([Grant(actions=["a:B"], resources=[ARN])], {}) == {}


# Verbs


NO_FOLDERS = ("", "uploads", "uploads/*", "*/", "up*loads/")


def test_a_prefix_is_a_folder() -> None:
    says: list[str] = []

    def program() -> None:
        bucket = Bucket("storage", BucketArgs(retain=False))
        for prefix in NO_FOLDERS:
            for verb in (bucket.read, bucket.write):
                with pytest.raises(ValueError, match="must end in '/' and hold no wildcard") as no:
                    verb(prefix)
                says.append(str(no.value))

    recorded(program)
    assert len(says) == 2 * len(NO_FOLDERS)


def test_an_index_exists() -> None:
    index = Index(name="by-day", hash_key="day", range_key="id")

    def program() -> None:
        table = Table("ledger", TableArgs(retain=False, indexes=[index]))
        table.query("by-day")
        table.query("by-month")

    refused(program, "no index 'by-month'; the table has by-day")


def test_verbs_that_a_function_is_granted() -> None:
    """Each verb allows exactly the actions that its docstring lists, on its resource."""

    def program() -> None:
        table = Table("users", TableArgs(retain=False))
        queue = Queue("emails", QueueArgs(consumer_timeout=30))
        function(
            grants=[
                table.get(env="USERS_TABLE"),
                table.delete(),
                queue.delay(env="EMAIL_QUEUE_URL"),
            ],
            environment={"SIDE": "7"},
        )

    made = recorded(program)
    assert [s["Action"] for s in statements(made, "get-user-policy")][:3] == [
        ["dynamodb:GetItem"],
        ["dynamodb:DeleteItem"],
        ["sqs:ChangeMessageVisibility"],
    ]
    variables = made.one("aws:lambda/function:Function", "get-user").inputs["environment"]
    assert variables["variables"] == {
        "USERS_TABLE": "users",
        "EMAIL_QUEUE_URL": "https://sqs.eu-central-1.amazonaws.com/123456789012/emails",
        "SIDE": "7",
    }


def test_a_function_without_settings_has_no_environment() -> None:
    made = recorded(lambda: function())
    assert "environment" not in made.one("aws:lambda/function:Function", "get-user").inputs


def test_an_identity_made_elsewhere_is_found_by_its_domain() -> None:
    def program() -> None:
        mail = MailIdentity("mail", MailIdentityArgs(sender="me@a.example.com", create=False))
        function(grants=[mail.send(env_sender="SENDER", env_configuration_set="SET")])

    made = recorded(program)
    assert made.all("aws:sesv2/emailIdentity:EmailIdentity") == []
    [send, *_] = statements(made, "get-user-policy")
    assert send["Resource"][0].endswith(":identity/a.example.com")


def test_objects_expire_by_prefix() -> None:
    made = recorded(
        lambda: Bucket("storage", BucketArgs(retain=False, expire_days={"uploads/": 7}))
    )
    rules = made.all("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration")[0].inputs[
        "rules"
    ]
    assert [(r["id"], r["filter"], r["expiration"]) for r in rules] == [
        ("housekeeping", {"prefix": ""}, {"expiredObjectDeleteMarker": True}),
        ("expire-uploads", {"prefix": "uploads/"}, {"days": 7}),
    ]


# Functions


@pytest.mark.parametrize("name", ["no-such-function", "runtime"])
def test_a_function_has_sources(name: str) -> None:
    args = FunctionArgs(config=CONFIG, description="", memory_mb=256, timeout=30)
    refused(lambda: ImageFunction(name, args), "has no handlers/.*handler.py")


# Triggers


@pytest.mark.parametrize(
    ("prefix", "output"),
    [("uploads/", "uploads/"), ("uploads/", "uploads/done/"), ("a/b/", "a/"), ("", "processed/")],
)
def test_what_a_function_writes_does_not_invoke_it(prefix: str, output: str) -> None:
    def program() -> None:
        BucketTrigger(
            "uploads",
            BucketTriggerArgs(
                bucket=Bucket("storage", BucketArgs(retain=False)),
                function=function(asynchronous=True),
                prefix=prefix,
                outputs=("other/", output),
            ),
        )

    refused(program, "it would invoke itself; use disjoint prefixes")


def test_events_of_a_bucket_are_kept() -> None:
    bucket = BucketArgs(retain=False)

    def program() -> None:
        args = BucketTriggerArgs(
            bucket=Bucket("storage", bucket), function=function(), prefix="a/", outputs=()
        )
        BucketTrigger("uploads", args)

    refused(program, "give it asynchronous=True, so that failed events are kept")


def test_events_of_a_schedule_are_kept() -> None:
    def program() -> None:
        ScheduleTrigger(
            "cleanup", ScheduleTriggerArgs(function=function(), expression="rate(1 hour)")
        )

    refused(program, "give it asynchronous=True, so that failed events are kept")


@pytest.mark.parametrize(("timeout", "fits"), [(30, True), (31, False)])
def test_a_queue_waits_for_its_consumer(timeout: int, fits: bool) -> None:
    def program() -> None:
        queue = Queue("emails", QueueArgs(consumer_timeout=30, batch_window=5))
        args = QueueTriggerArgs(
            queue=queue, function=function(timeout=timeout), batch_size=10, max_concurrency=2
        )
        QueueTrigger("emails-to-send", args)

    if fits:
        made = recorded(program)
        queue = made.one("aws:sqs/queue:Queue", "emails").inputs
        assert queue["visibilityTimeoutSeconds"] == 6 * 30 + 5
    else:
        refused(program, "get-user may take 31 s and the queue emails expects at most 30 s")


def test_a_stream_mapping() -> None:
    pattern = {"eventName": ["INSERT"]}

    def program() -> None:
        table = Table("users", TableArgs(retain=False, stream=True))
        args = StreamTriggerArgs(table=table, function=function(), pattern=pattern)
        StreamTrigger("new-users", args)

    made = recorded(program)
    mapping = dict(
        made.one("aws:lambda/eventSourceMapping:EventSourceMapping", "new-users-mapping").inputs
    )
    [filter_] = mapping.pop("filterCriteria")["filters"]
    assert json.loads(filter_["pattern"]) == pattern
    assert mapping == {
        "eventSourceArn": "arn:aws:dynamodb:eu-central-1:123456789012:users/stream",
        "functionName": "arn:aws:lambda:eu-central-1:123456789012:get-user-live",
        "startingPosition": "TRIM_HORIZON",
        "batchSize": 100,
        "functionResponseTypes": ["ReportBatchItemFailures"],
        "bisectBatchOnFunctionError": True,
        "maximumRetryAttempts": 5,
        "maximumRecordAgeInSeconds": 86_400,
        "destinationConfig": {
            "onFailure": {
                "destinationArn": "arn:aws:sqs:eu-central-1:123456789012:new-users-failures"
            }
        },
    }


def test_a_schedules_event_says_what_time_it_was_meant_for() -> None:
    def program() -> None:
        ScheduleTrigger(
            "cleanup",
            ScheduleTriggerArgs(function=function(asynchronous=True), expression="rate(1 hour)"),
        )

    target = recorded(program).one("aws:scheduler/schedule:Schedule", "cleanup").inputs["target"]
    # Scheduler replaces the words in angle brackets as they stand: JSON must not escape them.
    assert target["input"] == (
        '{"schedule":"<aws.scheduler.schedule-arn>","time":"<aws.scheduler.scheduled-time>"}'
    )
