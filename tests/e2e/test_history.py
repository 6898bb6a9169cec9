"""What is recorded of the running system: each cause with all that followed, and nothing else."""

import concurrent.futures
import json
import stat
from collections.abc import Iterator

import pytest

from handlers.domain.user import new_user_id
from local.cloud import Cloud
from local.history.store import History
from local.server.console.reasons import reason_of
from ops.events.model import Call, Cause, Invocation
from tests.support.e2e.asking import ask
from tests.support.e2e.listening import listening
from tests.support.e2e.system import Api, address, broken, fire_cleanup, until
from tests.support.e2e.uploading import Caller, send
from tests.support.samples import PICTURE, event

POISON = "{not json"


@pytest.fixture(scope="module")
def history(cloud: Cloud) -> Iterator[History]:
    history = History(cloud.history)
    # What others left running would have part in the batches of these tests.
    until(lambda: all(cause.outcome != "running" for cause in history.causes(limit=200)))
    fire_cleanup(cloud)  # the emulator looks every 10 seconds; other tests run meanwhile
    yield history
    history.close()


def functions(cause: Cause) -> list[str]:
    return [run.function for run in cause.invocations]


def ended(history: History, text: str, *, last: str | None = None) -> Cause:
    """Wait for the one cause that contains a text, until its last function has ended."""

    def found() -> Cause | None:
        causes = history.causes(text=text)
        assert len(causes) < 2, [cause.title for cause in causes]
        done = causes and causes[0].outcome != "running"
        return causes[0] if done and (last is None or last in functions(causes[0])) else None

    cause = until(found)
    assert isinstance(cause, Cause)
    return cause


def one(cause: Cause, function: str) -> Invocation:
    (run,) = [run for run in cause.invocations if run.function == function]
    return run


def call(run: Invocation, operation: str, resource: str) -> Call:
    (found,) = [c for c in run.calls if (c.operation, c.resource) == (operation, resource)]
    return found


def test_a_request_and_all_that_follows_is_one_cause(history: History, api: Api) -> None:
    to = address()
    secret = {"Authorization": "Bearer very-secret", "X-Api-Key": "very-secret"}
    answer = api("POST", "/users", {"name": "Ada", "email": to}, secret)
    cause = ended(history, to, last="send-email")
    assert (cause.kind, cause.title, cause.outcome) == ("request", "POST /users", "ok")
    assert cause.input["body"] == {"name": "Ada", "email": to}
    assert cause.answer["status"] == 201
    assert cause.answer["body"] == answer.body
    assert cause.duration_ms

    create, queue, send = (
        one(cause, name) for name in ("create-user", "queue-welcome", "send-email")
    )
    assert create.follows is None
    assert queue.follows == call(create, "TransactWriteItems", "users, ledger").id
    assert send.follows == call(queue, "SendMessageBatch", "emails").id
    mail = call(send, "SendEmail", to)
    assert mail.service == "ses"
    assert mail.input["Content"]["Simple"]["Subject"]["Data"] == "Welcome to our platform!"
    assert json.loads(create.event["body"]) == {"name": "Ada", "email": to}
    assert create.answer["statusCode"] == 201
    assert [record.fields["outcome"] for record in create.logs] == ["created"]
    assert {record.level for run in cause.invocations for record in run.logs} == {"INFO"}
    assert all(run.duration_ms and run.attempt == 1 for run in cause.invocations)
    assert all(isinstance(run.cold, bool) for run in cause.invocations)
    assert cause.id == create.event["requestContext"]["requestId"]
    assert history.causes(text="very-secret") == []


def test_a_refused_request_is_rejected_and_ran_nothing_else(history: History, api: Api) -> None:
    to = address()
    api("POST", "/users", {"name": "", "email": to})
    cause = ended(history, to)
    assert (cause.outcome, functions(cause)) == ("rejected", ["create-user"])
    assert cause.answer["status"] == 400


def test_an_upload_and_its_outputs_are_one_cause(history: History, cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key="uploads/seen.jpg", Body=PICTURE.read_bytes())
    cause = ended(history, "uploads/seen.jpg")
    assert (cause.kind, cause.outcome) == ("upload", "ok")
    assert cause.title == "Upload of uploads/seen.jpg"
    run = one(cause, "process-upload")
    assert call(run, "GetObject", "storage/uploads/seen.jpg").status < 300
    call(run, "PutObject", "storage/processed/seen.jpg/resized.jpg")
    call(run, "PutObject", "storage/processed/seen.jpg/thumbnail.jpg")


@pytest.mark.needs("push_uploads")
def test_what_clients_hear_is_below_the_upload(history: History, api: Api) -> None:
    caller = Caller(api)
    requested = caller.requests("notes.txt", 9, "text/plain")
    upload = requested["upload"]["id"]
    with listening(api) as listener:
        listener.asks(caller.user, upload)
        send(requested["form"], b"some text")
        listener.settled()

    def heard() -> list[Call]:
        causes = history.causes(text=upload)
        runs = [run for cause in causes for run in cause.invocations]
        told = [run for run in runs if run.function == "push-uploads" and run.follows]
        return [c for run in told for c in run.calls if c.service == "execute-api"]

    posts = until(heard)
    assert {(c.operation, c.status) for c in posts} == {("PostToConnection", 200)}
    routes = {f"WebSocket ${key}" for key in ("connect", "default", "disconnect")}
    until(lambda: routes <= {each.title for each in history.causes(text="WebSocket")})


def test_a_rejected_upload_is_rejected(history: History, cloud: Cloud) -> None:
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key="uploads/empty.jpg", Body=b"\xff\xd8\xff")
    cause = ended(history, "uploads/empty.jpg")
    assert (cause.outcome, functions(cause)[0]) == ("rejected", "process-upload")
    assert set(functions(cause)[1:]) <= {"count-activity"}  # from the ledger's stream


def test_a_poison_message_is_tried_again_and_ends_as_a_dead_letter(
    history: History, cloud: Cloud
) -> None:
    """It comes in a batch with a good one, which is a cause of its own."""
    to = address()
    good = json.dumps({"to": to, "subject": "s", "body": "b", "type": "notification"})
    sent = cloud.client("sqs").send_message_batch(
        QueueUrl=cloud.outputs["sqs_queue_url"],
        Entries=[{"Id": "0", "MessageBody": POISON}, {"Id": "1", "MessageBody": good}],
    )
    poison, fine = (entry["MessageId"] for entry in sent["Successful"])

    def dead() -> Cause | None:
        cause = history.cause(poison)
        if cause is None or any(run.duration_ms is None for run in cause.invocations):
            return None  # it may be given up while its last attempt still ends
        return cause if cause.dead_letters else None

    cause = until(dead, seconds=60)
    assert cause is not None
    assert (cause.kind, cause.title, cause.outcome) == (
        "message", "Message to emails", "dead_letter",
    )  # fmt: skip
    assert [run.attempt for run in cause.invocations] == list(range(1, len(cause.invocations) + 1))
    assert len(cause.invocations) > 1
    assert all(run.failed_items for run in cause.invocations), cause
    (letter,) = cause.dead_letters
    assert letter.id == poison
    assert letter.queue == "emails-dead-letters"
    other = history.cause(fine)
    assert other is not None
    assert other.outcome == "ok"
    sent_by = [run for run in other.invocations if run.function == "send-email"]
    assert [run.failed_items for run in sent_by] == [[]]


@pytest.mark.needs("get_user")
def test_a_refused_call_names_the_grant_that_would_allow_it(
    history: History, cloud: Cloud, api: Api
) -> None:
    user = new_user_id(0)
    with broken(cloud, "get-user"):
        assert api("GET", f"/users/{user}").status == 500
    cause = ended(history, user)
    assert cause.outcome == "denied"
    refused = call(one(cause, "get-user"), "GetItem", "users")
    assert refused.error == "AccessDeniedException"
    assert refused.denied is not None
    assert (refused.denied.action, refused.denied.resource) == ("dynamodb:GetItem", "users")
    assert refused.denied.grant == "users.get()"  # another grant sets its variable
    failure = one(cause, "get-user").failure
    assert failure is not None
    assert failure.type == "ClientError"
    assert "handlers/get_user" in "".join(failure.stack)


@pytest.mark.long
def test_an_exception_is_shown_with_its_line_and_tried_again(
    history: History, cloud: Cloud
) -> None:
    marker = address()
    cloud.client("lambda").invoke(
        FunctionName=cloud.functions["process-upload"].name,
        Qualifier="live",
        InvocationType="Event",
        Payload=json.dumps({"nothing": marker}).encode(),
    )

    def dead() -> Cause | None:
        causes = history.causes(text=marker, outcome="dead_letter")
        return causes[0] if causes else None

    cause = until(dead)
    assert cause is not None
    assert (cause.kind, cause.title) == ("invoke", "Invoke process-upload")
    assert [run.attempt for run in cause.invocations] == [1, 2, 3]
    assert {run.id for run in cause.invocations} >= {cause.id}
    failure = cause.invocations[0].failure
    assert failure is not None
    assert failure.type == "KeyError"
    assert "handlers/process_upload/" in failure.stack[-1]
    assert cause.dead_letters[0].queue.startswith("process-upload")
    assert cause.dead_letters[0].reason == "KeyError: 'Records'"


@pytest.mark.long
def test_each_of_many_requests_at_once_keeps_its_own(history: History, api: Api) -> None:
    people = [address() for _ in range(50)]

    def create(to: str) -> int:
        return api("POST", "/users", {"name": to, "email": to}).status

    with concurrent.futures.ThreadPoolExecutor(8) as pool:  # each makes a worker
        assert set(pool.map(create, people)) == {201}
    others = set(people)
    for to in people:
        assert until(
            lambda to=to: [
                cause
                for cause in _requests(history, to)
                if "send-email" in functions(cause) and cause.outcome != "running"
            ]
        )
        (cause,) = _requests(history, to)
        create_user = one(cause, "create-user")
        assert json.loads(create_user.event["body"])["email"] == to
        seen = json.dumps([c.input for c in create_user.calls])
        assert to in seen
        assert not [other for other in others - {to} if other in seen]
        sent = [run for run in cause.invocations if run.function == "send-email"]
        assert [c for run in sent for c in run.calls if c.resource == to]
        # A batch belongs to the causes of all its records; what it sent, to the one it is about.
        assert all(to in json.dumps(run.event) for run in sent)


def _requests(history: History, to: str) -> list[Cause]:
    """Return the requests that created this user: others have part in its batches."""
    found = history.causes(text=f'"email":"{to}"', limit=200)
    body = {"name": to, "email": to}
    return [c for c in found if c.kind == "request" and c.input["body"] == body]


def test_an_item_that_a_person_writes_is_a_cause(history: History, cloud: Cloud) -> None:
    record = event("queue_welcome")["Records"][0]["dynamodb"]["NewImage"]
    to, user = address(), new_user_id(1)
    item = {**record, "id": {"S": user}, "email": {"S": to}, "welcome": {"S": "pending"}}
    cloud.client("dynamodb").put_item(TableName=cloud.outputs["dynamodb_table_name"], Item=item)
    cause = ended(history, to, last="queue-welcome")
    assert (cause.kind, cause.title) == ("write", "PutItem to users")
    assert cause.input["Item"]["id"] == {"S": user}
    assert cause.id == cause.invocations[0].event["Records"][0]["eventID"]


@pytest.mark.long
def test_a_poison_record_of_a_stream_is_told_from_the_others_of_its_batch(
    history: History, cloud: Cloud
) -> None:
    """Lambda isolates it: the others go on, and it alone is given up."""
    record = event("queue_welcome")["Records"][0]["dynamodb"]["NewImage"]
    client, table, to = cloud.client("dynamodb"), cloud.outputs["dynamodb_table_name"], address()
    users = [new_user_id(number) for number in range(3)]
    for number, user in enumerate(users):
        item = {**record, "id": {"S": user}, "email": {"S": f"{number}-{to}"}}
        item |= {"welcome": {"S": "pending"}, "welcome_due": {"N": str(2**31)}}
        if number == 1:
            del item["name"]
        client.put_item(TableName=table, Item=item)

    def dead() -> Cause | None:
        found = history.causes(text=to, outcome="dead_letter")
        return found[0] if found else None

    poison = until(dead, seconds=60)
    assert poison is not None
    assert poison.input["Item"]["id"] == {"S": users[1]}
    (letter,) = poison.dead_letters
    assert letter.queue == "new-users-failures"
    last = poison.invocations[-1]
    assert (last.batch, last.failed_items != []) == (1, True)
    assert [run.attempt for run in poison.invocations][-1] >= 6  # once, and five retries
    for user in (users[0], users[2]):
        (other,) = [
            c
            for c in history.causes(text=to)
            if c.kind == "write" and c.input.get("Item", {}).get("id") == {"S": user}
        ]
        assert until(lambda id_=other.id: "send-email" in functions(history.cause(id_)))


def test_an_upload_by_a_form_leads_back_to_the_request_for_it(history: History, api: Api) -> None:
    caller = Caller(api)
    caller.uploads("näme.txt", b"hello", "text/plain")
    cause = ended(history, f"Upload of uploads/users/{caller.user}/", last="process-upload")
    assert (cause.kind, cause.outcome) == ("upload", "ok")
    assert cause.signed_by is not None
    asked = history.cause(cause.signed_by)
    assert asked is not None
    assert asked.title == f"POST /users/{caller.user}/uploads"


@pytest.mark.long
def test_a_failed_schedule_is_tried_again_and_ends_as_a_dead_letter(
    history: History, cloud: Cloud
) -> None:
    function, scheduler = cloud.functions["process-upload"].name, cloud.client("scheduler")
    group = cloud.client("lambda").get_function(FunctionName=function, Qualifier="live")
    arn = group["Configuration"]["FunctionArn"]
    scheduler.create_schedule(
        Name="stale",
        ScheduleExpression="at(2026-01-01T00:00:00)",  # due at once
        FlexibleTimeWindow={"Mode": "OFF"},
        ActionAfterCompletion="DELETE",
        Target={"Arn": arn, "RoleArn": arn, "Input": '{"time": "stale"}'},
    )

    def dead() -> Cause | None:
        found = history.causes(text='"title":"stale"', outcome="dead_letter")
        return found[0] if found else None

    cause = until(dead, seconds=60)
    assert cause is not None
    assert (cause.kind, cause.title) == ("schedule", "stale")
    assert [run.attempt for run in cause.invocations] == [1, 2, 3]
    assert cause.dead_letters[0].queue == "process-upload-failures"


def test_a_schedule_is_a_cause(history: History) -> None:
    cause = until(
        lambda: [c for c in history.causes(function="cleanup-expired") if c.kind == "schedule"],
        seconds=90,
    )[0]
    # What it queues again may have been sent since.
    assert (cause.title, functions(cause)[0]) == ("cleanup", "cleanup-expired")


def test_reading_is_no_cause_and_deploying_neither(history: History, cloud: Cloud) -> None:
    before = history.sequence()
    s3, bucket = cloud.client("s3"), cloud.outputs["s3_bucket_name"]
    s3.put_object(Bucket=bucket, Key="elsewhere/x", Body=b"nobody listens")
    s3.list_objects_v2(Bucket=bucket)
    cloud.client("dynamodb").scan(TableName=cloud.outputs["dynamodb_table_name"])
    titles = [cause.title for cause in history.changes(before).causes]
    assert "Upload of elsewhere/x" not in titles
    assert not [c for c in history.causes(limit=500) if not c.invocations and c.kind != "request"]


def test_only_its_owner_reads_it_and_nothing_went_wrong(history: History, cloud: Cloud) -> None:
    for file in cloud.history.parent.glob(f"{cloud.history.name}*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert history.causes()
    log = (cloud.emulator.directory / "emulator.log").read_text()
    assert "recorder" not in log.lower()


@pytest.mark.needs("graphql")
def test_a_graphql_request_is_a_cause_with_what_its_fields_led_to(
    cloud: Cloud, api: Api, history: History
) -> None:
    to = address()
    query = "mutation($i: CreateUserInput!) { createUser(input: $i) { user { id } } }"
    answer = ask(cloud, api, query, i={"name": "Ada", "email": to})
    cause = ended(history, to, last="send-email")
    assert (cause.kind, cause.title) == ("request", "POST /graphql: createUser")
    assert cause.outcome == "ok"
    assert cause.answer["body"] == answer
    assert cause.input["path"] == "/graphql"
    [context] = one(cause, "resolve-users").event
    assert context["arguments"]["input"]["email"] == to
    key = cloud.outputs["graphql_api_key"]
    assert key not in json.dumps([cause.input, context])
    again = ask(cloud, api, query, i={"name": "Ada", "email": to})
    assert again["errors"][0]["errorType"] == "email_taken"
    refused = until(lambda: history.causes(outcome="rejected", text=to))[0]
    assert (refused.title, refused.answer["body"]) == ("POST /graphql: createUser", again)
    assert reason_of(refused) == again["errors"][0]["message"]
