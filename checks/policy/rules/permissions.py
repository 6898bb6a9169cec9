"""Rows 18 to 21: what roles may do, and who may assume them."""

import fnmatch
import re

from .model import FUNCTION, ROLE, ROLE_POLICY, Resource, Stack
from .policies import allowing, principals, texts
from .rule import Problems, only_if, rule
from .waivers import CONNECTION, SENDING_IN_EMULATOR, WITHOUT_RESOURCE

POLICY = "iam/policy:Policy"
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"
SHARED_ATTACHMENT = "iam/policyAttachment:PolicyAttachment"

_EVERYTHING = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*(/\*)?")
_ALL_KEYS = re.compile(r"\*|arn:[^:]*:(kms|\*):[^:]*:[^:]*:(\*|key/\*|alias/\*)")
_DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
_AWS_MANAGED = re.compile(r"arn:[^:]*:iam::aws:policy/")


@rule(18, "Nag-IAM5, CK355/286-290", ROLE_POLICY, POLICY, per_resource=True)
def no_wildcards(policy: Resource, stack: Stack) -> Problems:
    """Policies use no wildcards in actions or resources.

    A preview does not know a policy that names new resources of the stack. Such a policy is checked
    before it is created.
    """
    allowed = WITHOUT_RESOURCE.values | CONNECTION.values
    if stack.emulated:
        allowed |= SENDING_IN_EMULATOR.values
    for statement in allowing(policy, "policy"):
        for inverse in {"NotAction", "NotResource"} & set(statement):
            yield f"{inverse} is {statement[inverse]!r}; name what is allowed instead"
        actions = texts(statement.get("Action"))
        wild = [action for action in actions if "*" in action or "?" in action]
        if wild:
            yield f"Action is {', '.join(wild)}; name each action"
        on = [arn for arn in texts(statement.get("Resource")) if _EVERYTHING.fullmatch(arn)]
        if on and not set(actions) <= allowed:
            yield f"{', '.join(actions)} on Resource {', '.join(on)}; name each resource"


@rule(18, "Nag-IAM5, CK355/286-290", FUNCTION, part="roles")
def one_role_per_function(function: Resource, stack: Stack) -> Problems:
    """Each function has its own role."""
    for role in stack.targets(function, "role", ROLE):
        sharing = [f.name for f in stack.referring(FUNCTION, "role", role) if f is not function]
        if sharing:
            yield f"it shares the role {role.name} with {', '.join(sharing)}; give it its own"


@rule(19, "Nag-IAM4, CK274", ROLE, ATTACHMENT, SHARED_ATTACHMENT, per_resource=True)
def no_managed_policies(resource: Resource, _: Stack) -> Problems:
    """Roles use no AWS managed policies.

    The ARN of an AWS managed policy is always known, so an unknown ARN is a policy of the stack.
    """
    property_ = "managedPolicyArns" if resource.type == f"aws:{ROLE}" else "policyArn"
    for arn in texts(resource.known(property_)):
        if _AWS_MANAGED.match(arn):
            yield f"{property_} has {arn}; write a policy that allows only what is needed"


@rule(20, "KMS.1/2", ROLE_POLICY, POLICY, per_resource=True)
def no_decrypting_by_all_keys(policy: Resource, _: Stack) -> Problems:
    """Policies allow no decryption with all keys. A preview knows as much as for row 18."""
    for statement in allowing(policy, "policy"):
        decrypting = [
            action
            for action in texts(statement.get("Action"))
            if any(fnmatch.fnmatchcase(a.lower(), action.lower()) for a in _DECRYPTING)
        ]
        on = [arn for arn in texts(statement.get("Resource")) if _ALL_KEYS.fullmatch(arn)]
        if decrypting and on:
            yield f"{', '.join(decrypting)} on Resource {', '.join(on)}; name the key"


@rule(21, "CK60/61", ROLE, per_resource=True)
def trusts_a_service(role: Resource, _: Stack) -> Problems:
    """Only AWS services can assume roles."""
    only_if(role.known("assumeRolePolicy") is not None)
    for statement in allowing(role, "assumeRolePolicy"):
        trusted = list(principals(statement))
        for kind, who in trusted or [("nobody", "")]:
            if kind != "Service" or not who.endswith(".amazonaws.com"):
                yield (
                    f"assumeRolePolicy trusts {kind} {who}; it must be one Service, such as "
                    "lambda.amazonaws.com"
                )
