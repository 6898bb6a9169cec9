"""What a stack derives from its functions: the network's endpoints, and what each error names."""

from collections.abc import Mapping
from typing import Any

import pytest

from blueprint.recording import Recorder
from infra.config.stack import StackConfig
from infra.function.function import Function
from infra.grants import Grant
from infra.stack import Functions, stack_of
from tests.support.stacks import recorded

NETWORK = {"network": {"cidr": "10.0.0.0/24"}}


def grant(action: str) -> Grant:
    service = action.partition(":")[0]
    return Grant(actions=[action], resources=[f"arn:aws:{service}:eu-central-1:123456789012:x"])


def function(*actions: str) -> Function:
    grants = [grant(action) for action in actions]
    return Function(description="", memory_mb=256, timeout=20, grants=grants)


def recorded_stack(
    functions: Mapping[str, Function], config: Mapping[str, Any] = NETWORK
) -> Recorder:
    stack = stack_of(StackConfig.model_validate(config), key="key")
    return recorded(lambda: stack.functions(functions, network="network"))


def endpoints(recorder: Recorder) -> set[str]:
    return {
        str(r.inputs["serviceName"]).removeprefix("com.amazonaws.eu-central-1.")
        for r in recorder.all("aws:ec2/vpcEndpoint:VpcEndpoint")
    }


@pytest.mark.parametrize(
    ("actions", "found"),
    [
        ([["s3:GetObject"], []], {"s3"}),
        ([["s3:GetObject", "sqs:SendMessage"], ["sqs:SendMessage"]], {"s3", "sqs"}),
        ([["ses:SendEmail"], ["states:StartExecution"]], {"email", "states"}),
    ],
)
def test_the_network_leads_to_what_the_functions_may_call(
    actions: list[list[str]], found: set[str]
) -> None:
    first, second = actions
    functions = {"create-user": function(*first), "get-user": function(*second)}
    assert endpoints(recorded_stack(functions)) == found


def test_what_a_service_asks_for_a_function_needs_no_endpoint() -> None:
    """The function calls S3, and S3 calls KMS."""
    encrypted = Grant(
        actions=["s3:GetObject"],
        resources=["arn:aws:s3:::x"],
        needs=[Grant(actions=["kms:Decrypt"], resources=["arn:aws:kms:::key"])],
    )
    function = Function(description="", memory_mb=256, timeout=20, grants=[encrypted])
    assert endpoints(recorded_stack({"get-user": function})) == {"s3"}


def test_without_a_network_there_are_no_endpoints() -> None:
    assert endpoints(recorded_stack({"get-user": function("s3:GetObject")}, {})) == set()


def test_a_network_leads_somewhere() -> None:
    with pytest.raises(ValueError, match="a network would lead nowhere: leave `network` out"):
        recorded_stack({"get-user": function()})


def test_an_unknown_function_is_told_those_that_are_made() -> None:
    with pytest.raises(ValueError, match=r"no function 'a'; the program makes none"):
        Functions()["a"]
    program = {"create-user": function(), "get-user": function()}
    stack = stack_of(StackConfig(), key="key")

    def ask_for_an_unknown_function() -> None:
        functions = stack.functions(program, network="network")
        assert list(functions) == ["create-user", "get-user"]
        functions["list-users"]

    with pytest.raises(
        ValueError, match=r"no function 'list-users'; .* makes create-user, get-user"
    ):
        recorded(ask_for_an_unknown_function)
