"""Rows 18 to 21: what roles may do, and who may take them."""

import fnmatch
import re

from .model import FUNCTION, ROLE, ROLE_POLICY, Resource, Stack
from .policies import allowing, principals, texts
from .rule import Problems, only_if, rule
from .waivers import CONNECTION, WITHOUT_RESOURCE

POLICY = "iam/policy:Policy"
ATTACHMENT = "iam/rolePolicyAttachment:RolePolicyAttachment"
SHARED_ATTACHMENT = "iam/policyAttachment:PolicyAttachment"

_EVERYTHING = re.compile(r"\*|arn:[^:]*:[^:]*:[^:]*:[^:]*:\*(/\*)?")
_ALL_KEYS = re.compile(r"\*|arn:[^:]*:(kms|\*):[^:]*:[^:]*:(\*|key/\*|alias/\*)")
_DECRYPTING = ("kms:Decrypt", "kms:ReEncryptFrom")
_AWS_MANAGED = re.compile(r"arn:[^:]*:iam::aws:policy/")


@rule(18, "Nag-IAM5, CK355/286-290", ROLE_POLICY, POLICY, alone=True)
def no_wildcards(policy: Resource, _: Stack) -> Problems:
    """No policy allows all actions of a kind, nor anything on everything.

    Where a policy names what is made with the stack it is not known in a preview: it is judged
    before it is made.
    """
    for statement in allowing(policy, "policy"):
        for inverse in {"NotAction", "NotResource"} & set(statement):
            yield f"{inverse} is {statement[inverse]!r}; name what is allowed, not what is not"
        actions = texts(statement.get("Action"))
        wild = [action for action in actions if "*" in action or "?" in action]
        if wild:
            yield f"Action is {', '.join(wild)}; name each action that is needed"
        on = [arn for arn in texts(statement.get("Resource")) if _EVERYTHING.fullmatch(arn)]
        if on and not all(a in WITHOUT_RESOURCE or a in CONNECTION for a in actions):
            yield f"{', '.join(actions)} on Resource {', '.join(on)}; name each resource"


@rule(18, "Nag-IAM5, CK355/286-290", FUNCTION, part="roles")
def a_role_each(function: Resource, stack: Stack) -> Problems:
    """Each function has a role of its own."""
    for role in stack.targets(function, "role", ROLE):
        sharing = [f.name for f in stack.referring(FUNCTION, "role", role) if f is not function]
        if sharing:
            yield f"it shares the role {role.name} with {', '.join(sharing)}; give it its own"


@rule(19, "Nag-IAM4, CK274", ROLE, ATTACHMENT, SHARED_ATTACHMENT, alone=True)
def no_managed_policies(resource: Resource, _: Stack) -> Problems:
    """No role has a policy of AWS's making.

    AWS's have ARNs that are known beforehand: one that is not known yet is of the stack's own.
    """
    property_ = "managedPolicyArns" if resource.type == f"aws:{ROLE}" else "policyArn"
    for arn in texts(resource.known(property_)):
        if _AWS_MANAGED.match(arn):
            yield f"{property_} has {arn}; write a policy that allows what is needed, and no more"


@rule(20, "KMS.1/2", ROLE_POLICY, POLICY, alone=True)
def no_decrypting_by_all_keys(policy: Resource, _: Stack) -> Problems:
    """No policy allows to decrypt by all keys; known when the policy is, as row 18."""
    for statement in allowing(policy, "policy"):
        decrypting = [
            action
            for action in texts(statement.get("Action"))
            if any(fnmatch.fnmatchcase(a.lower(), action.lower()) for a in _DECRYPTING)
        ]
        on = [arn for arn in texts(statement.get("Resource")) if _ALL_KEYS.fullmatch(arn)]
        if decrypting and on:
            yield f"{', '.join(decrypting)} on Resource {', '.join(on)}; name the key"


@rule(21, "CK60/61", ROLE, alone=True)
def trusts_a_service(role: Resource, _: Stack) -> Problems:
    """Roles are taken by services, and by nobody else."""
    only_if(role.known("assumeRolePolicy") is not None)
    for statement in allowing(role, "assumeRolePolicy"):
        trusted = list(principals(statement))
        for kind, who in trusted or [("nobody", "")]:
            if kind != "Service" or not who.endswith(".amazonaws.com"):
                yield (
                    f"assumeRolePolicy trusts {kind} {who}; it must be one Service, such as "
                    "lambda.amazonaws.com"
                )
