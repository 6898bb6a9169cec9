"""Executions: each name is started once."""

from typing import Any

import botocore.session
import pytest
from botocore.exceptions import ReadTimeoutError
from botocore.stub import Stubber

from handlers.runtime.executions import Executions
from handlers.runtime.faults import Unavailable

MACHINE = "arn:aws:states:eu-central-1:123456789012:stateMachine:erasure"
EXECUTION = "arn:aws:states:eu-central-1:123456789012:execution:erasure:one"
DESCRIBED = {
    "executionArn": EXECUTION,
    "stateMachineArn": MACHINE,
    "startDate": 0,
}
STARTED = {"stateMachineArn": MACHINE, "name": "one", "input": '{"id": "1"}'}


@pytest.fixture
def client() -> Any:
    return botocore.session.get_session().create_client(
        "stepfunctions",
        region_name="eu-central-1",
        aws_access_key_id="none",
        aws_secret_access_key="none",
    )


@pytest.mark.parametrize(
    ("status", "means"),
    [
        ("RUNNING", "running"),
        ("PENDING_REDRIVE", "running"),
        ("SUCCEEDED", "done"),
        ("FAILED", "failed"),
        ("TIMED_OUT", "failed"),
        ("ABORTED", "failed"),
    ],
)
def test_a_name_that_was_used_has_a_status(client: Any, status: str, means: str) -> None:
    with Stubber(client) as aws:
        aws.add_client_error("start_execution", "ExecutionAlreadyExists", expected_params=STARTED)
        aws.add_response(
            "describe_execution",
            {**DESCRIBED, "status": status},
            {"executionArn": EXECUTION, "includedData": "METADATA_ONLY"},
        )
        assert Executions(client, MACHINE).start("one", {"id": "1"}) == means


def test_every_status_of_the_service_is_known(client: Any) -> None:
    for status in client.meta.service_model.shape_for("ExecutionStatus").enum:
        with Stubber(client) as aws:
            aws.add_response(
                "describe_execution",
                {**DESCRIBED, "status": status},
                {"executionArn": EXECUTION, "includedData": "METADATA_ONLY"},
            )
            assert Executions(client, MACHINE).status("one") in {"running", "done", "failed"}


def test_a_new_name_runs(client: Any) -> None:
    with Stubber(client) as aws:
        aws.add_response("start_execution", {"executionArn": EXECUTION, "startDate": 0}, STARTED)
        assert Executions(client, MACHINE).start("one", {"id": "1"}) == "running"


def test_what_does_not_exist_has_failed(client: Any) -> None:
    with Stubber(client) as aws:
        aws.add_client_error("describe_execution", "ExecutionDoesNotExist")
        assert Executions(client, MACHINE).status("one") == "failed"


@pytest.mark.parametrize("operation", ["start_execution", "describe_execution"])
def test_a_busy_service_is_unavailable(client: Any, operation: str) -> None:
    executions = Executions(client, MACHINE)
    ask = {
        "start_execution": lambda: executions.start("one", {}),
        "describe_execution": lambda: executions.status("one"),
    }
    with Stubber(client) as aws:
        aws.add_client_error(operation, "ThrottlingException", http_status_code=400)
        with pytest.raises(Unavailable):
            ask[operation]()


def test_no_answer_is_unavailable(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(**_: Any) -> None:
        raise ReadTimeoutError(endpoint_url="https://states")

    monkeypatch.setattr(client, "start_execution", silent)
    with pytest.raises(Unavailable):
        Executions(client, MACHINE).start("one", {})
