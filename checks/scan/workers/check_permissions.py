"""Checks permissions against parliament's copy of AWS's reference of actions.

The scanners' Python runs it. It reads each role's statements as [actions, resources], and writes
the problems as [role, problem, action, ARN format].
"""

import json
import re
import sys
import warnings
from collections.abc import Iterator

warnings.filterwarnings("ignore")  # parliament's own

from parliament import iam_definition, is_arn_match  # noqa: E402

Statements = list[tuple[list[str], list[str]]]
Problem = tuple[str, str, str]


def main() -> None:
    """Read statements from standard input; write problems."""
    roles: dict[str, Statements] = json.load(sys.stdin)
    json.dump(
        [[role, *problem] for role, statements in roles.items() for problem in check(statements)],
        sys.stdout,
    )


def check(statements: Statements) -> Iterator[Problem]:
    """Yield the problems of all of a role's statements together."""
    for action in sorted({action for actions, _ in statements for action in actions}):
        forms = forms_of(action)
        if forms is None:
            yield "unknown", action, ""
            continue
        allowed = {r for actions, resources in statements if action in actions for r in resources}
        named = sorted(allowed - {"*"})
        for form in sorted(needed(forms)):
            if not any(is_arn_match("", form, resource) for resource in named):
                # A format that is required means that AWS supports narrower resources than "*".
                yield "wide" if "*" in allowed else "insufficient", action, form
        for resource in named:
            if not any(is_arn_match("", form, resource) for form in forms):
                yield "pointless", action, resource


def forms_of(action: str) -> dict[str, bool] | None:
    """Return the ARN formats that an action supports, and whether each is required."""
    prefix, _, name = action.partition(":")
    found: dict[str, bool] = {}
    exists = False
    # A service can have several entries: SES has four.
    for service in iam_definition:
        arns = {r["resource"]: re.sub(r"\$\{.*?\}", "*", r["arn"]) for r in service["resources"]}
        for privilege in service["privileges"] if service["prefix"] == prefix else ():
            if privilege["privilege"] == name:
                exists = True
                for type_ in privilege["resource_types"]:
                    kind = type_["resource_type"]
                    if kind.rstrip("*") in arns:
                        found[arns[kind.rstrip("*")]] = kind.endswith("*")
    return found if exists else None


def needed(forms: dict[str, bool]) -> set[str]:
    """Return the formats that a permission needs to have any effect."""
    return {form for form, is_needed in forms.items() if is_needed}


if __name__ == "__main__":
    main()
