"""Defines rules and evaluates them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from .model import UNKNOWN, Resource, Stack, Undecided, Wrong

Problems = Iterator[str]
Check = Callable[[Resource, Stack], Problems]
Path = Sequence[str | int]


class Inapplicable(Exception):
    """The rule does not apply to this resource."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table, or a part of one.

    Attributes:
        row: the row's number.
        sources: the published controls that require it, or ``own``.
        part: distinguishes rules of the same row; empty if there is one.
        title: the statement that must be true.
        types: the resource types that it checks, such as ``sqs/queue:Queue``.
        per_resource: whether it needs one resource only. It is then checked on the inputs, before
            the resource is created. Other rules are checked on the outputs of the complete stack.
        production: whether it applies to production stacks only.
        check: yields what is wrong with one resource. It raises `Undecided` at a value that is not
            known yet; the rest is checked when the value is known.
    """

    row: int
    sources: str
    part: str
    title: str
    types: tuple[str, ...]
    per_resource: bool
    production: bool
    check: Check

    @property
    def name(self) -> str:
        """Return row and sources, such as ``row-39-S3.1-8-CK53-56``."""
        words = f"row {self.row} {self.sources} {self.part}".strip()
        return re.sub(r"[^A-Za-z0-9.]+", "-", words)


@dataclass(frozen=True)
class Violation:
    """A problem of one resource."""

    resource: Resource
    message: str

    def __str__(self) -> str:
        return f"{self.resource.type.rpartition(':')[2]} {self.resource.name}: {self.message}"


@dataclass(frozen=True)
class Verdict:
    """The result of a rule: the resources it checked, the violations, and what is not known yet."""

    evaluated: Sequence[Resource]
    violations: Sequence[Violation]
    undecided: Sequence[Resource]


def evaluate(rule: Rule, stack: Stack) -> Verdict:
    """Check a rule on every resource that it applies to."""
    evaluated: list[Resource] = []
    violations: list[Violation] = []
    undecided: list[Resource] = []
    for resource in stack.of(*rule.types) if stack.production or not rule.production else ():
        try:
            seen = replace(stack, resources=[resource]) if rule.per_resource else stack
            # Keeps the violations that the check yields before it raises.
            violations.extend(Violation(resource, text) for text in rule.check(resource, seen))
        except Inapplicable:
            continue
        except Wrong as wrong:
            violations.append(Violation(resource, str(wrong)))
        except Undecided:
            undecided.append(resource)
        evaluated.append(resource)
    return Verdict(evaluated, violations, undecided)


def rule(
    row: int,
    sources: str,
    *types: str,
    part: str = "",
    per_resource: bool = False,
    production: bool = False,
) -> Callable[[Check], Rule]:
    """Return a decorator that makes a check a rule; its docstring's first line is the title."""

    def make(check: Check) -> Rule:
        return Rule(
            row=row,
            sources=sources,
            part=part,
            title=(check.__doc__ or "").partition("\n")[0],
            types=types,
            per_resource=per_resource,
            production=production,
            check=check,
        )

    return make


def only_if(condition: object) -> None:
    """Raise `Inapplicable` unless the condition holds."""
    if not condition:
        raise Inapplicable


def must(resource: Resource, path: Path, fits: Callable[[Any], object], allowed: str) -> Problems:
    """Yield a problem if the value at a path does not fit; ``allowed`` says what would."""
    value = resource.get(*path)
    if not fits(value):
        yield describe(path, value, allowed)


def must_be_set(resource: Resource, path: Path, allowed: str) -> Problems:
    """Yield a problem if nothing is set at a path.

    An unknown input counts as set. Use this only in rules on inputs (``per_resource``), or for
    values that AWS never sets itself: an unknown output may turn out to be empty.
    """
    value = resource.known(*path)
    if value is not UNKNOWN and not value:
        yield describe(path, value, allowed)


def describe(path: Path, value: object, allowed: str) -> str:
    """Return a message: the path, the value, and what is allowed."""
    shown = "not set" if value is None else repr(value)
    return f"{'.'.join(map(str, path))} is {shown}; {allowed}"


def is_number(value: object, least: float) -> bool:
    """Return whether a value is a number of at least ``least``."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= least


def at_least(least: int) -> Callable[[object], bool]:
    """Return `is_number` for this minimum."""
    return lambda value: is_number(value, least)
