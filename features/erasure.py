"""Erasure: a state machine deletes a user and everything that belongs to them."""

from typing import Any

import pulumi

from features.uploads import Uploads
from handlers.get_erasure.operation import GET_ERASURE
from handlers.request_erasure.operation import REQUEST_ERASURE
from infra.function.function import Function
from infra.stack import Functions, Stack
from infra.storage.queue import Queue
from infra.storage.table import Table
from infra.triggers.http.rest_api import Route

PREFIXES = ("uploads/users/", "processed/users/", "rejected/users/")


def step(function: str, *, then: str, **given: str) -> dict[str, Any]:
    """Return a task that calls a function with the execution's input, and more."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": function,
            "Payload": {
                "erasure": "{% $states.context.Execution.Input.erasure %}",
                "trace": "{% $states.context.Execution.Input.trace %}",
                **given,
            },
        },
        "Output": "{% $states.result.Payload %}",
        "TimeoutSeconds": 330,
        "Retry": [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 2.0,
                   "MaxAttempts": 8, "MaxDelaySeconds": 300, "JitterStrategy": "FULL"}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "GiveUp"}],
        "Next": then}


DEFINITION = {
    "Comment": "Erases a user. Input: the ids of the erasure and of the request.",
    "QueryLanguage": "JSONata",
    "TimeoutSeconds": 86_400,
    "StartAt": "StopWelcome",
    "States": {
        "StopWelcome": step("erase-user", step="stop-welcome", then="IsItBeingSent"),
        "IsItBeingSent": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.busy %}", "Next": "WaitForWelcome"}],
            "Default": "DeleteFiles"},
        "WaitForWelcome": {"Type": "Wait", "Seconds": 30, "Next": "StopWelcome"},
        "DeleteFiles": step("erase-files", then="AreFilesLeft"),
        "AreFilesLeft": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $states.input.next = 'again' %}", "Next": "DeleteFiles"},
                {"Condition": "{% $states.input.next = 'wait' %}", "Next": "WaitForForms"}],
            "Default": "Anonymise"},
        "WaitForForms": {
            "Type": "Wait", "Timestamp": "{% $states.input.until %}", "Next": "DeleteFiles"},
        "Anonymise": step("erase-user", step="anonymise", then="DeleteUser"),
        "DeleteUser": step("erase-user", step="delete", then="Confirm"),
        "Confirm": step("erase-user", step="confirm", then="Record"),
        "Record": step("erase-user", step="finish", then="Done"),
        "Done": {"Type": "Succeed"},
        "GiveUp": {"Type": "Fail", "Error": "ErasureFailed",
                   "Cause": "A step failed after all retries; its function's log says why."}},
}


class Erasure:
    """The table of erasures, their functions, and the state machine that calls two of them."""

    def __init__(self, stack: Stack, uploads: Uploads, *, users: Table, ledger: Table,
                 emails: Queue, cors: dict[str, str]) -> None:
        self.table = stack.table("erasures", ttl_attribute="expires")
        pulumi.export("erasures_table_name", self.table.name)
        self.machine = stack.state_machine("erasure", definition=DEFINITION)
        table = self.table
        self.functions = {
            "request-erasure": Function(
                description="DELETE /users/{id}", memory_mb=512, timeout=20, environment=cors,
                grants=[table.get(env="ERASURES_TABLE"), table.put(), table.update(),
                        users.get(env="USERS_TABLE"), users.update(),
                        self.machine.start(env="STATE_MACHINE"), self.machine.describe()]),
            "get-erasure": Function(
                description="GET /erasures/{id}", memory_mb=512, timeout=20, environment=cors,
                grants=[table.get(env="ERASURES_TABLE"),
                        self.machine.describe(env="STATE_MACHINE")]),
            "erase-files": Function(
                description="Erasure: files and uploads", memory_mb=512, timeout=300,
                environment={"PREFIXES": ",".join(PREFIXES)},
                grants=[table.get(env="ERASURES_TABLE"), table.update(),
                        uploads.table.query_items(env="UPLOADS_TABLE"), uploads.table.delete(),
                        uploads.storage.list_versions(env="BUCKET"),
                        uploads.storage.delete_versions(*PREFIXES)]),
            "erase-user": Function(
                description="Erasure: welcome, ledger, user, confirmation", memory_mb=256,
                timeout=60,
                grants=[table.get(env="ERASURES_TABLE"), table.update(),
                        users.get(env="USERS_TABLE"), users.delete(),
                        ledger.update(env="LEDGER_TABLE"), emails.send(env="EMAIL_QUEUE_URL")])}

    def trigger(self, functions: Functions) -> list[Route]:
        """Let the state machine call its functions, and return the routes of the others."""
        self.machine.call(functions)
        return [
            Route("DELETE", "/users/{id}", functions["request-erasure"], REQUEST_ERASURE),
            Route("GET", "/erasures/{id}", functions["get-erasure"], GET_ERASURE)]
