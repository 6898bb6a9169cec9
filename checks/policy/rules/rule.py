"""What a rule is, and how one is evaluated."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .model import UNKNOWN, Resource, Stack, Undecided, Wrong

Problems = Iterator[str]
Check = Callable[[Resource, Stack], Problems]
Path = Sequence[str | int]


class Inapplicable(Exception):
    """A resource of a rule's types is none that the rule is about."""


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One row of the table, or a part of one.

    Attributes:
        row: its number.
        sources: the published controls that ask for it; ``own`` where none does.
        part: what tells it from other rules of the same row; mostly nothing.
        title: what must be true.
        types: what it looks at, such as ``sqs/queue:Queue``.
        alone: whether each resource is judged by itself, as its inputs are: before it is made. All
            other rules are evaluated when the stack is complete, on outputs.
        production: whether it must hold in production only; elsewhere it is not evaluated.
        check: yields what is wrong with one resource. A value that is not known yet ends it with
            `Undecided`: what comes after is judged when the value is known.
    """

    row: int
    sources: str
    part: str
    title: str
    types: tuple[str, ...]
    alone: bool
    production: bool
    check: Check

    @property
    def name(self) -> str:
        """Row and sources, such as ``row-39-S3.1-8-CK53-56``."""
        words = f"row {self.row} {self.sources} {self.part}".strip()
        return re.sub(r"[^A-Za-z0-9.]+", "-", words)


@dataclass(frozen=True)
class Violation:
    """What is wrong with which resource."""

    resource: Resource
    message: str

    def __str__(self) -> str:
        return f"{self.resource.type.rpartition(':')[2]} {self.resource.name}: {self.message}"


@dataclass(frozen=True)
class Verdict:
    """What evaluating a rule gave: the resources looked at, what is wrong, what is not known."""

    evaluated: Sequence[Resource]
    violations: Sequence[Violation]
    undecided: Sequence[Resource]


def evaluate(rule: Rule, stack: Stack) -> Verdict:
    """Evaluate a rule on all resources that it is about; on none where it need not hold."""
    evaluated: list[Resource] = []
    violations: list[Violation] = []
    undecided: list[Resource] = []
    for resource in stack.of(*rule.types) if stack.production or not rule.production else ():
        try:
            seen = Stack([resource], stack.production) if rule.alone else stack
            # What is found before something turns out to be unknown, stays found.
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
    alone: bool = False,
    production: bool = False,
) -> Callable[[Check], Rule]:
    """Make a check the rule of a row; the first line of its docstring is the rule's title."""

    def make(check: Check) -> Rule:
        return Rule(
            row=row,
            sources=sources,
            part=part,
            title=(check.__doc__ or "").partition("\n")[0],
            types=types,
            alone=alone,
            production=production,
            check=check,
        )

    return make


def only_if(condition: object) -> None:
    """Go on only with what the rule is about.

    Raises:
        Inapplicable: the condition does not hold.
    """
    if not condition:
        raise Inapplicable


def must(resource: Resource, path: Path, fits: Callable[[Any], object], allowed: str) -> Problems:
    """Yield what is wrong where the value at a path does not fit; ``allowed`` says what would."""
    value = resource.get(*path)
    if not fits(value):
        yield said(path, value, allowed)


def must_be_set(resource: Resource, path: Path, allowed: str) -> Problems:
    """Yield what is wrong where nothing is at a path.

    An input that is not known yet is set, to what will be known. Only for rules that look at inputs
    (``alone``), or at what AWS never sets by itself: an unknown output may turn out to be empty.
    """
    value = resource.known(*path)
    if value is not UNKNOWN and not value:
        yield said(path, value, allowed)


def said(path: Path, value: object, allowed: str) -> str:
    """Say what a value is, and what it must be."""
    shown = "not set" if value is None else repr(value)
    return f"{'.'.join(map(str, path))} is {shown}; {allowed}"


def is_number(value: object, least: float) -> bool:
    """Tell whether a value is a number, and large enough."""
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= least


def at_least(least: int) -> Callable[[object], bool]:
    """Return the test of `is_number`."""
    return lambda value: is_number(value, least)
