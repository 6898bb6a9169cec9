"""Moves calls back to the versions that were live before a release."""

import sys

from ops.release import messages
from ops.release.errors import AwsError, ChangedMeanwhile
from ops.release.moves import Plan

_ATTEMPTS = 3  # to roll back what somebody else changes at the same time


def finish(plan: Plan, how: str) -> bool:
    """Roll a release back, and print the result. Return whether all of it was rolled back."""
    problems = roll_back(plan)
    messages.summary(plan.parts, how)
    for name, problem in problems.items():
        print(f"error: {name} was not rolled back: {problem}", file=sys.stderr)
    if problems:
        print("error: run this again: app rollback STACK", file=sys.stderr)
    return not problems


def roll_back(plan: Plan) -> dict[str, Exception]:
    """Move back each function that this release moved; return the errors by function.

    It reads each alias again, because a call that failed may have been carried out.
    """
    problems: dict[str, Exception] = {}
    for part in plan.parts:
        for _ in range(_ATTEMPTS):
            try:
                part.state = part.alias.read()
                if part.state.release == plan.release and part.state.affected:
                    part.state = part.alias.move_back(part.state)
            except ChangedMeanwhile as changed:
                problems[part.name] = changed
                continue
            except AwsError as error:
                problems[part.name] = error
            else:
                problems.pop(part.name, None)
            break
    return problems
