"""The boundary holds what the program's roles need, and no more; and all roles are within it."""

from collections.abc import Iterator

import pytest

from blueprint.project import stack_settings
from tests.support.accounts import (
    BOUNDARY,
    PROJECT,
    allows,
    boundary,
    deployed,
    programs,
    roles,
    statements,
)
from tests.support.functions import FUNCTIONS


def allowed_actions() -> Iterator[tuple[str, str, str, str]]:
    """Yield (stack, policy, action, resource) of all that roles may be allowed."""
    for stack, run in (("dev", deployed("dev")), ("prod", deployed("prod", more=True))):
        for policy in run.recorder.all("aws:iam/rolePolicy:RolePolicy"):
            for statement in statements(policy.inputs["policy"]):
                if statement["Effect"] == "Allow":
                    for action in statement["Action"]:
                        for resource in statement["Resource"]:
                            yield stack, policy.name, action, resource


def within(stack: str, action: str, resource: str) -> bool:
    tags = {"Project": PROJECT, "Environment": stack}
    context = {f"aws:ResourceTag/{key}": value for key, value in tags.items()}
    return allows([boundary(stack)], action, resource, **context)


def test_roles_get_all_that_their_policies_allow() -> None:
    found = list(allowed_actions())
    denied = sorted(
        {
            (stack, policy, action)
            for stack, policy, action, resource in found
            if not within(stack, action, resource)
        }
    )
    assert len(found) > 60
    assert not denied, (
        f"{denied} would be denied in AWS: write down in bootstrap/permissions/boundary.py what "
        "roles may do at most, and run the bootstrap again (docs/deploying.md)"
    )


def test_the_boundary_has_nothing_that_no_role_needs() -> None:
    allowed = {
        (action, resource)
        for statement in statements(boundary("prod"))
        for action in statement["Action"]
        for resource in statement["Resource"]
    }
    used = {action for _, _, action, _ in allowed_actions()}
    assert {action for action, _ in allowed} == used


@pytest.mark.parametrize("run", range(2))
def test_every_role_is_within_it(run: int) -> None:
    made = roles(programs()[run])
    assert len(made) > len(FUNCTIONS)
    assert {role.inputs.get("permissionsBoundary") for role in made} == {BOUNDARY}


def test_the_accounts_own_role_is_not_made_there() -> None:
    for run in programs():
        assert run.recorder.all("aws:apigateway/account:Account") == []


def test_resources_are_tagged_as_roles_know_them() -> None:
    """If an ARN holds only an id, the deploy role matches a stack's resources by these tags."""
    for stack in ("dev", "prod"):
        tags = stack_settings(stack)["aws:defaultTags"]["tags"]
        assert (tags["Project"], tags["Environment"]) == (PROJECT, stack)
