"""What the plan decides, and how calls are told apart."""

from email.message import Message
from typing import Any

import pytest

from checks.chaos.calls import Call, call
from checks.chaos.fault_plan import Fault, Plan

PUT = Call("dynamodb", "PutItem")


def kinds(plan: Plan, called: Call, count: int = 200) -> list[str | None]:
    faults = [plan.fault(called, number) for number in range(1, count + 1)]
    return [fault.kind if fault else None for fault in faults]


def test_a_seed_decides_everything() -> None:
    faults = [Fault(kind="drop", probability=0.2), Fault(kind="fail", probability=0.2)]
    plan = Plan(seed=7, faults=faults)
    assert kinds(plan, PUT) == kinds(Plan(seed=7, faults=list(faults)), PUT)
    assert kinds(plan, PUT) != kinds(Plan(seed=8, faults=faults), PUT)
    assert kinds(plan, PUT) != kinds(plan, Call("dynamodb", "GetItem"))


def test_probabilities_are_kept() -> None:
    plan = Plan(seed=1, faults=[Fault(kind="drop", probability=0.3)])
    assert 0.27 < kinds(plan, PUT, 5_000).count("drop") / 5_000 < 0.33


def test_listed_calls_fail_and_no_others() -> None:
    plan = Plan(seed=1, faults=[Fault(kind="throttle", calls=(2, 5))])
    assert kinds(plan, PUT, 6) == [None, "throttle", None, None, "throttle", None]


@pytest.mark.parametrize(
    ("service", "operation", "met"),
    [
        (None, None, True),
        ("dynamodb", None, True),
        ("dynamodb", "PutItem", True),
        (None, "PutItem", True),
        ("sqs", None, False),
        ("dynamodb", "GetItem", False),
    ],
)
def test_a_fault_is_limited(service: str | None, operation: str | None, met: bool) -> None:
    plan = Plan(
        seed=1, faults=[Fault(kind="drop", service=service, operation=operation, probability=1)]
    )
    assert (plan.fault(PUT, 1) is not None) is met


def test_of_several_faults_the_first_is_met() -> None:
    plan = Plan(seed=1, faults=[Fault(kind="drop", calls=(1,)), Fault(kind="fail", probability=1)])
    assert kinds(plan, PUT, 2) == ["drop", "fail"]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"kind": "dorp", "calls": (1,)}, "kind is 'dorp'; allowed are delay, drop"),
        ({"kind": "drop", "probability": 1.1}, "probability is 1.1; allowed is 0 to 1"),
        ({"kind": "drop"}, "never happens"),
        ({"kind": "delay", "calls": (1,)}, "delay with 0.0 seconds"),
        ({"kind": "drop", "calls": (1,), "seconds": 1.0}, "drop with 1.0 seconds"),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Fault(**wrong)


def test_what_comes_to_the_api_is_named_by_its_route() -> None:
    told = call("POST", "/_aws/execute-api/a1b2/local/users?x=1", Message())
    assert told == Call("api", "POST /users")
