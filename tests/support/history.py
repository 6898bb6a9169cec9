"""A sample history: one cause of each kind and outcome, to build pages and tests on."""

import sys
import time
from pathlib import Path

from local.history.store import History
from ops.events.model import (
    Call,
    Cause,
    DeadLetter,
    Denied,
    Failure,
    Invocation,
    LogRecord,
)

STACK = [
    '  File "handlers/send_email/handler.py", line 41, in handler\n    return deliver(event)\n',
    '  File "handlers/send_email/deliver.py", line 77, in deliver\n    name = item["name"]\n',
]


def request(begun: float) -> Cause:
    """Return a request whose e-mail was sent: create-user → stream → queue → send-email."""
    store = Call(
        "c1", begun + 0.008, 6, "dynamodb", "TransactWriteItems", "users",
        input={"TransactItems": [{"Put": {"Item": {"id": {"S": "u1"}, "name": {"S": "Ada"}}}}]},
        answer={},
    )  # fmt: skip
    send = Call(
        "c2", begun + 0.06, 4, "sqs", "SendMessageBatch", "emails",
        input={"Entries": [{"Id": "0", "MessageBody": '{"user_id": "u1"}'}]},
        answer={"Successful": [{"Id": "0", "MessageId": "m1"}]},
    )  # fmt: skip
    mail = Call(
        "c3", begun + 0.12, 5, "ses", "SendEmail", "ada@example.com",
        input={"Destination": {"ToAddresses": ["ada@example.com"]}, "Content": {"Simple": {
            "Subject": {"Data": "Welcome"}, "Body": {"Html": {"Data": "<p>Hello Ada</p>"}}}}},
        answer={"MessageId": "s1"},
    )  # fmt: skip
    body = {"name": "Ada", "email": "ada@example.com"}
    return Cause(
        "req-1", "request", "POST /users", begun, "ok", 28,
        input={"method": "POST", "path": "/users", "query": {},
               "headers": {"content-type": "application/json"}, "body": body},
        answer={"status": 201, "headers": {"content-type": "application/json"},
                "body": {"user": {"id": "u1", **body}}},
        invocations=[
            Invocation("run-1", "create-user", begun + 0.004, 22, True,
                       event={"httpMethod": "POST", "path": "/users", "body": str(body)},
                       answer={"statusCode": 201, "body": "{}"},
                       logs=[LogRecord(begun + 0.02, "INFO", "created", {"outcome": "created"})],
                       calls=[store]),
            Invocation("run-2", "queue-welcome", begun + 0.05, 15, False, follows="c1",
                       event={"Records": [{"eventID": "e1", "eventName": "INSERT"}]},
                       answer={"batchItemFailures": []}, calls=[send]),
            Invocation("run-3", "send-email", begun + 0.09, 41, False, follows="c2",
                       event={"Records": [{"messageId": "m1", "body": '{"user_id": "u1"}'}]},
                       answer={"batchItemFailures": []},
                       logs=[LogRecord(begun + 0.13, "INFO", "sent", {"outcome": "sent"})],
                       calls=[mail]),
        ],
    )  # fmt: skip


def upload(begun: float) -> Cause:
    """Return an upload that process-upload rejected."""
    calls = [
        Call("c4", begun + 0.02, 7, "s3", "GetObject", "storage/uploads/a.exe"),
        Call("c5", begun + 0.05, 6, "s3", "PutObject", "storage/rejected/a.exe/reason.json",
             input={"reason": "not an image"}),
    ]  # fmt: skip
    return Cause(
        "up-1", "upload", "uploads/a.exe", begun, "rejected", 90, input={"size": 1024},
        invocations=[Invocation("run-4", "process-upload", begun + 0.01, 80, True, calls=calls)],
    )  # fmt: skip


def poison(begun: float) -> Cause:
    """Return a message that failed twice and came into the dead-letter queue."""
    failure = Failure("KeyError", "'name'", STACK)
    attempts = [
        Invocation(f"run-5{n}", "send-email", begun + n, 30, n == 1, attempt=n, failure=failure,
                   event={"Records": [{"messageId": "m2", "body": "{}"}]})
        for n in (1, 2)
    ]  # fmt: skip
    letter = DeadLetter("m2", begun + 3, "emails-dead-letters", reason="KeyError: 'name'")
    return Cause(
        "m2", "message", "Message to emails", begun, "dead_letter", 3_000,
        input={"MessageBody": "{}"}, invocations=attempts, dead_letters=[letter],
    )  # fmt: skip


def denied(begun: float) -> Cause:
    """Return a request whose function lacks a grant."""
    call = Call(
        "c6", begun + 0.01, 2, "dynamodb", "GetItem", "users", 400, "AccessDeniedException",
        Denied("dynamodb:GetItem", "users", 'users.get(env="…")'),
    )  # fmt: skip
    failure = Failure("ClientError", "AccessDeniedException", STACK)
    return Cause(
        "req-2", "request", "GET /users/u1", begun, "denied", 31,
        input={"method": "GET", "path": "/users/u1"}, answer={"status": 500},
        invocations=[Invocation("run-6", "get-user", begun + 0.004, 25, False,
                                failure=failure, calls=[call])],
    )  # fmt: skip


def samples(now: float) -> list[Cause]:
    """Return causes of every kind and outcome, the oldest first."""
    return [
        poison(now - 60),
        denied(now - 50),
        upload(now - 40),
        Cause("run-7", "schedule", "cleanup", now - 30, "failed", 12, invocations=[
            Invocation("run-7", "cleanup-expired", now - 30, 12, True,
                       failure=Failure("ModuleNotFoundError", "No module named 'x'"))]),
        Cause("run-8", "invoke", "cleanup-expired", now - 25, "ok", 700, invocations=[
            Invocation("run-8", "cleanup-expired", now - 25, 700, True, event={}, answer=None)]),
        Cause("run-9", "write", "PutItem to users", now - 20, "ok", 40, invocations=[
            Invocation("run-9", "queue-welcome", now - 20, 40, False, event={"Records": []})]),
        Cause("req-3", "request", "POST /users", now - 10, "rejected", 4,
              input={"method": "POST", "path": "/users", "body": {"name": ""}},
              answer={"status": 400, "body": {"error": "name is empty"}}),
        request(now - 5),
        Cause("run-10", "request", "POST /users", now, "running", invocations=[
            Invocation("run-10", "create-user", now)]),
    ]  # fmt: skip


if __name__ == "__main__":  # python -m tests.support.history .local/history.sqlite3
    History(Path(sys.argv[1])).write(samples(time.time()))
