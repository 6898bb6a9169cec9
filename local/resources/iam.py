"""Roles and their policies, which the emulator enforces."""

from infra.emulator_roles import for_role
from local.resources.names import present
from local.resources.registry import Made, Request, resource


@resource(
    "aws:iam/role:Role",
    passes=(
        "name assumeRolePolicy description inlinePolicies managedPolicyArns maxSessionDuration "
        "path permissionsBoundary"
    ),
    ignores="forceDetachPolicies",
)
def role(request: Request) -> Made:
    """Make a role with its trust policy."""
    iam = request.client("iam")
    name = request.physical_name(64)
    made = iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=request.require("assumeRolePolicy"),
        **present(
            Path=request.get("path"),
            Description=request.get("description"),
            MaxSessionDuration=request.get("maxSessionDuration"),
            PermissionsBoundary=request.get("permissionsBoundary"),
        ),
    )["Role"]
    for policy in request.get("inlinePolicies", []):
        iam.put_role_policy(
            RoleName=name, PolicyName=policy["name"], PolicyDocument=for_role(policy["policy"])
        )
    for arn in request.get("managedPolicyArns", []):
        iam.attach_role_policy(RoleName=name, PolicyArn=arn)
    return Made(name, {"name": name, "arn": made["Arn"], "uniqueId": made["RoleId"]})


@resource("aws:iam/rolePolicy:RolePolicy", passes="name role policy")
def role_policy(request: Request) -> Made:
    """Add an inline policy to a role."""
    name = request.physical_name(128)
    request.client("iam").put_role_policy(
        RoleName=request.require("role"),
        PolicyName=name,
        PolicyDocument=for_role(request.require("policy")),
    )
    return Made(f"{request.require('role')}:{name}", {"name": name})
