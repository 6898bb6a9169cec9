"""Roles and their policies, which the emulator enforces."""

from infra.emulator_roles import for_role
from local.resources.names import present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


def _update_role(request: Request) -> ResourceState:
    """Set a role's trust, description and policies."""
    iam, name = request.client("iam"), request.id
    iam.update_assume_role_policy(RoleName=name, PolicyDocument=request.require("assumeRolePolicy"))
    iam.update_role(
        RoleName=name,
        Description=request.get("description", ""),
        MaxSessionDuration=request.get("maxSessionDuration", 3600),
    )
    if request.changed("permissionsBoundary"):
        if request.get("permissionsBoundary"):
            iam.put_role_permissions_boundary(
                RoleName=name, PermissionsBoundary=request.require("permissionsBoundary")
            )
        else:
            iam.delete_role_permissions_boundary(RoleName=name)
    _remove_own_policies(request)
    _add_own_policies(request, name)
    return request.unchanged()


def _delete_role(request: Request) -> None:
    _remove_own_policies(request)
    request.client("iam").delete_role(RoleName=request.id)


def _add_own_policies(request: Request, name: str) -> None:
    iam = request.client("iam")
    for policy in request.get("inlinePolicies", []):
        iam.put_role_policy(
            RoleName=name, PolicyName=policy["name"], PolicyDocument=for_role(policy["policy"])
        )
    for arn in request.get("managedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)


def _remove_own_policies(request: Request) -> None:
    iam, old = request.client("iam"), request.previous.inputs if request.previous else {}
    for policy in old.get("inlinePolicies") or []:
        iam.delete_role_policy(RoleName=request.id, PolicyName=policy["name"])
    for arn in old.get("managedPolicyArns") or []:
        iam.detach_role_policy(RoleName=request.id, PolicyArn=arn)


@resource(
    "aws:iam/role:Role",
    passes=(
        "name assumeRolePolicy description inlinePolicies managedPolicyArns maxSessionDuration "
        "path permissionsBoundary"
    ),
    ignores="forceDetachPolicies",
    update=_update_role,
    fixed="name path",
    delete=_delete_role,
)
def role(request: Request) -> ResourceState:
    """Make a role with its trust policy."""
    iam = request.client("iam")
    name = request.physical_name(64)
    created_role = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=request.require("assumeRolePolicy"),
        **present(
            Path=request.get("path"),
            Description=request.get("description"),
            MaxSessionDuration=request.get("maxSessionDuration"),
            PermissionsBoundary=request.get("permissionsBoundary"),
        ),
    )["Role"]
    _add_own_policies(request, name)
    return ResourceState(
        name, {"name": name, "arn": created_role["Arn"], "uniqueId": created_role["RoleId"]}
    )


@resource(
    "aws:iam/rolePolicy:RolePolicy",
    passes="name role policy",
    update=PUT,
    fixed="name role",
    delete=lambda request: request.client("iam").delete_role_policy(
        RoleName=request.require("role"), PolicyName=request.id.partition(":")[2]
    ),
)
def role_policy(request: Request) -> ResourceState:
    """Add an inline policy to a role."""
    name = request.physical_name(128)
    request.client("iam").put_role_policy(
        RoleName=request.require("role"),
        PolicyName=name,
        PolicyDocument=for_role(request.require("policy")),
    )
    return ResourceState(f"{request.require('role')}:{name}", {"name": name})
