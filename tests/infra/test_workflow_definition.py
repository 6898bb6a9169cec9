"""What a definition of a state machine may be, and what is said of one that it may not be."""

from contextlib import suppress
from copy import deepcopy
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.workflow.definition import INVOKE, InvalidDefinition, called, check, with_arns


def task(function: str, following: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Task",
        "Resource": INVOKE,
        "Arguments": {"FunctionName": function, "Payload": "{% $states.input %}"},
        "Output": "{% $states.result.Payload %}",
        "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
        "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "GiveUp"}],
        "Next": following,
        **more,
    }


GIVE_UP = {"Type": "Fail", "Error": "GaveUp"}
MACHINE: dict[str, Any] = {
    "QueryLanguage": "JSONata",
    "StartAt": "Work",
    "States": {
        "Work": task("one", "IsMore"),
        "IsMore": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $states.input.more %}", "Next": "Pause"}],
            "Default": "Finish",
        },
        "Pause": {"Type": "Wait", "Timestamp": "{% $states.input.until %}", "Next": "Work"},
        "Finish": task("two", "Done"),
        "Done": {"Type": "Succeed"},
        "GiveUp": GIVE_UP,
    },
}


def changed(**states: Any) -> dict[str, Any]:
    """Return the machine with changes of its states; None removes a state, or a field of one."""
    machine = deepcopy(MACHINE)
    for name, fields in states.items():
        if fields is None:
            del machine["States"][name]
            continue
        state = machine["States"].setdefault(name, {})
        state.update(fields)
        machine["States"][name] = {key: value for key, value in state.items() if value is not None}
    return machine


def problems(machine: Any) -> str:
    with pytest.raises(InvalidDefinition) as refused:
        check(machine)
    return str(refused.value)


def test_a_sound_definition_is_accepted() -> None:
    check(MACHINE)
    assert called(MACHINE) == ["one", "two"]


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        (changed(Work={"Next": "Nowhere"}), 'No state found named "Nowhere"'),
        (changed(Alone={"Type": "Succeed"}), "No transition found to state Alone"),
        (changed(Work={"Parameters": {}}), 'Field "Parameters" not allowed in States.Work'),
        (changed(Done={"Type": "Succed"}), 'States.Done.Type is "Succed", not one of'),
        (MACHINE | {"StartAt": "Begin"}, "StartAt value Begin not found"),
        ({}, 'does not have required field "States"'),
        (changed(Work={"Retry": None}), "States.Work has no Retry"),
        (changed(Work={"Retry": []}), "States.Work has no Retry"),
        (changed(Finish={"Catch": None}), "States.Finish has no Catch"),
        (
            changed(Work={"Catch": [{"ErrorEquals": ["States.Timeout"], "Next": "GiveUp"}]}),
            "States.Work.Catch leaves errors out; add a last one with ErrorEquals ['States.ALL']",
        ),
        (
            changed(Work={"Resource": "arn:aws:states:::dynamodb:putItem"}),
            "States.Work.Resource is 'arn:aws:states:::dynamodb:putItem'; it must be",
        ),
        (
            changed(Work={"Arguments": {"FunctionName": "{% $states.input.name %}"}}),
            "States.Work.Arguments.FunctionName is '{% $states.input.name %}'; it must be the name",
        ),
        (
            changed(Pause={"Timestamp": "tomorrow"}),
            'States.Pause.Timestamp is "tomorrow" but should be an RFC3339 timestamp',
        ),
        (changed(Work={"Next": ["Done"]}), "States.Work.Next is ['Done']; it must be a text"),
        (changed(Work={"Catch": ["Done"]}), "States.Work.Catch[0] is 'Done'; it must be an object"),
        (changed(Work={"Arguments": {}}), "States.Work.Arguments.FunctionName is ''"),
        (
            changed(Finish={"Next": "Pause"}, Done=None),
            "States.IsMore leads to no end; add a way to one that has End",
        ),
    ],
)
def test_what_is_wrong_is_said(machine: dict[str, Any], said: str) -> None:
    assert said in problems(machine)


def test_every_problem_is_listed_once() -> None:
    text = problems(changed(Work={"Retry": None, "Catch": None}, Finish={"Retry": None}))
    assert text.splitlines() == [
        "the definition of the state machine has problems:",
        *(line for line in text.splitlines() if line.startswith("- States.")),
    ]
    assert text.count("has no Retry") == 2
    assert text.count("has no Catch") == 1


def test_tasks_inside_other_states_count() -> None:
    inner = {"StartAt": "Inner", "States": {"Inner": task("three", "Stop", Retry=[])}}
    inner["States"] |= {"Stop": {"Type": "Succeed"}, "GiveUp": GIVE_UP}
    parallel = {"Type": "Parallel", "Branches": [inner], "Next": "Done"}
    machine = changed(Finish={"Next": "Both"}, Both=parallel)
    assert "States.Both.Branches[0].States.Inner has no Retry" in problems(machine)
    assert called(machine) == ["one", "three", "two"]
    arns = {name: f"arn:{name}" for name in called(machine)}
    made = with_arns(machine, INVOKE, arns)["States"]["Both"]["Branches"][0]["States"]["Inner"]
    assert made["Arguments"]["FunctionName"] == "arn:three"


def test_the_program_keeps_its_definition() -> None:
    before = deepcopy(MACHINE)
    made = with_arns(MACHINE, "arn:aws-cn:states:::lambda:invoke", {"one": "a:1", "two": "a:2"})
    assert before == MACHINE
    assert made["States"]["Work"]["Arguments"] == {
        "FunctionName": "a:1",
        "Payload": "{% $states.input %}",
    }
    assert made["States"]["Work"]["Resource"] == "arn:aws-cn:states:::lambda:invoke"
    assert {k: v for k, v in made.items() if k != "States"} == {
        k: v for k, v in MACHINE.items() if k != "States"
    }


NAMES = st.sampled_from(["Work", "IsMore", "Pause", "Finish", "Done", "GiveUp", "Other"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text(max_size=3) | NAMES,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=4,
)
FIELDS = st.sampled_from(
    ["Type", "Next", "End", "Choices", "Default", "Catch", "Retry", "Arguments", "Branches"]
)


@given(VALUES, FIELDS, NAMES)
def test_no_json_is_a_definition_by_accident(value: Any, field: str, name: str) -> None:
    """Whatever a field holds, the answer is a list of problems, or the machine is sound."""
    machine = deepcopy(MACHINE)
    machine["States"].setdefault(name, {})[field] = value
    with suppress(InvalidDefinition):
        check(machine)
        assert called(machine) == ["one", "two"]


@given(st.dictionaries(st.text(max_size=8) | st.just("States"), VALUES, max_size=3))
def test_no_other_mapping_is_a_definition(machine: dict[str, Any]) -> None:
    problems(machine)


@given(st.dictionaries(NAMES, st.sampled_from(["one", "two", "three"]), min_size=1))
def test_the_functions_that_are_called_are_those_that_are_named(named: dict[str, str]) -> None:
    names = list(named)
    following = {**dict(pairwise(names)), names[-1]: "Last"}
    states = {name: task(function, following[name]) for name, function in named.items()}
    for state in states.values():
        state["Catch"][0]["Next"] = "Failed"
    states |= {"Last": {"Type": "Succeed"}, "Failed": GIVE_UP}
    machine = {"QueryLanguage": "JSONata", "StartAt": names[0], "States": states}
    check(machine)
    assert called(machine) == sorted(set(named.values()))
    made = with_arns(machine, INVOKE, {name: f"arn:{name}" for name in named.values()})
    assert called(made) == sorted({f"arn:{name}" for name in named.values()})
