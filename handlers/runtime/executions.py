"""Executions of a state machine of AWS Step Functions."""

import json
from typing import Any, Literal

from handlers.runtime.faults import temporary_as_unavailable

Status = Literal["running", "done", "failed"]

# https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
_STATUS: dict[str, Status] = {
    "RUNNING": "running",
    "PENDING_REDRIVE": "running",
    "SUCCEEDED": "done",
    "FAILED": "failed",
    "TIMED_OUT": "failed",
    "ABORTED": "failed",
}


class Executions:
    """The executions of one state machine, by names that the caller chooses.

    Step Functions keeps a name for 90 days, so an execution of a name is begun once.

    Args:
        client: botocore's client of Step Functions.
        state_machine: the machine's ARN.
    """

    def __init__(self, client: Any, state_machine: str) -> None:
        self._client = client
        self._state_machine = state_machine

    def start(self, name: str, given: dict[str, str]) -> Status:
        """Start an execution, unless one of this name was started (``states:StartExecution``).

        Args:
            name: the execution's.
            given: its input. Everybody who may read the machine's history sees it.

        Returns:
            The status of the execution of this name.

        Raises:
            Unavailable: Step Functions throttles, fails or does not answer.
        """
        try:
            with temporary_as_unavailable():
                self._client.start_execution(
                    stateMachineArn=self._state_machine, name=name, input=json.dumps(given)
                )
        except self._client.exceptions.ExecutionAlreadyExists:
            return self.status(name)
        return "running"

    def status(self, name: str) -> Status:
        """Return an execution's status (``states:DescribeExecution``).

        An execution that does not exist counts as failed: it was never started, or ended long ago.

        Raises:
            Unavailable: Step Functions throttles, fails or does not answer.
        """
        arn = self._state_machine.replace(":stateMachine:", ":execution:", 1)
        try:
            with temporary_as_unavailable():
                found = self._client.describe_execution(
                    executionArn=f"{arn}:{name}",
                    includedData="METADATA_ONLY",  # the rest requires kms:Decrypt
                )
        except self._client.exceptions.ExecutionDoesNotExist:
            return "failed"
        return _STATUS[found["status"]]
