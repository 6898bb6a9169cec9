"""Definitions of state machines: Amazon States Language, with functions by their names.

A definition is ASL as Python writes it: https://states-language.net. A state that calls a function
names the function of the program, in place of an ARN::

    {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
     "Arguments": {"FunctionName": "my-function", "Payload": "{% $states.input %}"}, …}
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, TypeVar

from statelint.linter import Linter

INVOKE = "arn:aws:states:::lambda:invoke"
"""The one kind of task that a definition may have. The role needs no permission but to invoke."""

Definition = Mapping[str, Any]
T = TypeVar("T")

_EVERY_ERROR = "States.ALL"

_TEXT: tuple[Any, str] = (str, "a text")
_OBJECT: tuple[Any, str] = (Mapping, "an object")
_LIST: tuple[Any, str] = (list | tuple, "a list")
_OF_OBJECTS = ("Choices", "Catch", "Retry", "Branches")
_SHAPES: Mapping[str, tuple[Any, str]] = {
    **dict.fromkeys(("StartAt", "Next", "Default", "Type", "Resource"), _TEXT),
    **dict.fromkeys(("States", "ItemProcessor"), _OBJECT),
    **dict.fromkeys((*_OF_OBJECTS, "ErrorEquals"), _LIST),
}
_FREE = frozenset({"Arguments", "Output", "Assign", "Parameters", "Result"})
"""Fields whose content the program chooses freely."""


class InvalidDefinition(ValueError):
    """A definition is refused; the text lists every reason."""


def check(definition: Definition) -> None:
    """Check a definition: its schema, its transitions, and that no task fails unseen.

    Raises:
        InvalidDefinition: the definition breaks the specification, has states that nothing leads
            to or that lead nowhere, has a loop without a way out, or has a task that does not call
            a named function, or lacks ``Retry`` or ``Catch``.
    """
    # The schema's library expects names where names belong.
    if problems := [*_shape(definition)] or [*_schema(definition), *_rules(definition)]:
        listed = "\n".join(f"- {problem}" for problem in dict.fromkeys(problems))
        raise InvalidDefinition(f"the definition of the state machine has problems:\n{listed}")


def called(definition: Definition) -> list[str]:
    """Return the names of the functions that a definition calls, sorted."""
    return sorted({_called(state) for _, state in _states(definition) if _is_task(state)})


def with_arns(definition: Definition, resource: T, arns: Mapping[str, T]) -> dict[str, Any]:
    """Return a definition for AWS: each function's name replaced.

    Args:
        definition: one that was checked.
        resource: takes the place of ``INVOKE``: partitions other than ``aws`` name it otherwise.
        arns: by the function's name, the ARN that a task calls.
    """
    changed: dict[str, Any] = deepcopy(dict(definition))
    for _, state in _states(changed):
        if _is_task(state):
            state["Resource"] = resource
            state["Arguments"]["FunctionName"] = arns[_called(state)]
    return changed


def _shape(value: Any, where: str = "") -> Iterator[str]:
    """Yield the places, at any depth, that hold values of another type than they must."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            path = f"{where}.{key}" if where else str(key)
            type_, what = _SHAPES.get(key, (object, ""))
            if where.endswith("States"):
                type_, what = Mapping, "an object"  # whatever the state is called
            if not isinstance(item, type_):
                yield f"{path} is {item!r}; it must be {what}"
            elif key not in _FREE:
                yield from _shape(item, path)
    elif isinstance(value, list | tuple):
        for number, item in enumerate(value):
            path = f"{where}[{number}]"
            if where.endswith(_OF_OBJECTS) and not isinstance(item, Mapping):
                yield f"{path} is {item!r}; it must be an object"
            else:
                yield from _shape(item, path)


def _schema(definition: Definition) -> list[str]:
    readable = deepcopy(dict(definition))
    for _, state in _states(readable):
        # The library (3.1.0) does not know that JSONata may say how long to wait.
        for field, constant in (("Seconds", 1), ("Timestamp", "2026-01-01T00:00:00Z")):
            if _is_expression(_mapping(state).get(field)):
                state[field] = constant
    problems: list[str] = Linter.validate(readable)
    return [problem.replace("State Machine.", "") for problem in problems]


def _rules(definition: Definition) -> Iterator[str]:
    for path, state in _states(definition):
        if _is_task(state):
            yield from _task(path, state)
    for where, machine in _machines(definition):
        yield from _endless(where, machine)


def _task(path: str, state: Mapping[str, Any]) -> Iterator[str]:
    resource = state.get("Resource")
    if resource != INVOKE:
        yield (
            f"{path}.Resource is {resource!r}; it must be {INVOKE!r}: the role of the state "
            "machine is derived from the functions that it calls, and allows nothing else"
        )
    if not (name := _called(state)) or _is_expression(name) or ":" in name:
        yield (
            f"{path}.Arguments.FunctionName is {name!r}; it must be the name of a function of the "
            "program, such as 'my-function'"
        )
    for rule, why in (
        ("Retry", "what AWS says is worth another attempt would fail the execution at once"),
        ("Catch", "no state would follow when all attempts have failed"),
    ):
        if not state.get(rule):
            yield f"{path} has no {rule}: {why}; add one"
    catchers = [c for c in _list(state.get("Catch")) if isinstance(c, Mapping)]
    if catchers and not any(_EVERY_ERROR in _list(c.get("ErrorEquals")) for c in catchers):
        yield f"{path}.Catch leaves errors out; add a last one with ErrorEquals ['{_EVERY_ERROR}']"


def _endless(where: str, machine: Mapping[str, Any]) -> Iterator[str]:
    """Yield the states from which no path leads to an end, except by an error."""
    states = _mapping(machine.get("States"))
    leading = {name: set(_next(state)) for name, state in states.items()}
    ending = {
        name
        for name, state in states.items()
        if _mapping(state).get("End") is True or _mapping(state).get("Type") in ("Succeed", "Fail")
    }
    while more := {name for name, to in leading.items() if to & ending} - ending:
        ending |= more
    for name in states:
        if name not in ending:
            yield f"{where}States.{name} leads to no end; add a way to one that has End"


def _next(state: Any) -> Iterator[str]:
    """Yield the names of the states that may follow a state unless it fails."""
    state = _mapping(state)
    for branch in (state, *_list(state.get("Choices"))):
        for key in ("Next", "Default"):
            if isinstance(name := _mapping(branch).get(key), str):
                yield name


def _machines(machine: Any, where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield a machine, and those inside its Parallel and Map states, with where they stand."""
    machine = _mapping(machine)
    yield where, machine
    for name, state in _mapping(machine.get("States")).items():
        inside = [_mapping(state).get("ItemProcessor"), *_list(_mapping(state).get("Branches"))]
        for number, each in enumerate(inside):
            if isinstance(each, Mapping):
                part = f"Branches[{number - 1}]" if number else "ItemProcessor"
                yield from _machines(each, f"{where}States.{name}.{part}.")


def _states(definition: Definition) -> Iterator[tuple[str, Any]]:
    for where, machine in _machines(definition):
        for name, state in _mapping(machine.get("States")).items():
            yield f"{where}States.{name}", state


def _is_task(state: Any) -> bool:
    return bool(_mapping(state).get("Type") == "Task")


def _is_expression(value: Any) -> bool:
    return isinstance(value, str) and value.startswith("{%") and value.endswith("%}")


def _called(state: Mapping[str, Any]) -> str:
    name = _mapping(state.get("Arguments")).get("FunctionName")
    return name if isinstance(name, str) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else []
