"""Permissions to deploy security groups and their rules, which tags identify."""

from bootstrap.permissions.model import NEW, OURS, UNCLAIMED, Permission, arn, may
from bootstrap.permissions.network import see, tags

_VPC = arn("ec2", "vpc/*")
_GROUP = arn("ec2", "security-group/*")
_RULE = arn("ec2", "security-group-rule/*")

_GROUP_RULES = (
    may("ec2", "ModifySecurityGroupRules", _RULE, when=OURS),
    see("SecurityGroupRules", "SecurityGroups"),
)

TYPES: dict[str, tuple[Permission, ...]] = {
    # It is created with the VPC, without a tag.
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (
        may("ec2", "CreateTags", _GROUP, when=NEW + UNCLAIMED),
        may(
            "ec2",
            "RevokeSecurityGroupEgress RevokeSecurityGroupIngress",
            _GROUP,
            when=UNCLAIMED,
        ),
        see("SecurityGroupRules", "SecurityGroups"),
    ),
    "aws:ec2/securityGroup:SecurityGroup": (
        may("ec2", "CreateSecurityGroup", _GROUP, when=NEW),
        may("ec2", "CreateSecurityGroup", _VPC, when=OURS),
        *tags(_GROUP, "CreateSecurityGroup"),
        # AWS allows all egress of a new group; the provider revokes that.
        may("ec2", "DeleteSecurityGroup RevokeSecurityGroupEgress", _GROUP, when=OURS),
        see("NetworkInterfaces", "SecurityGroupRules", "SecurityGroups"),
    ),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        may("ec2", "AuthorizeSecurityGroupEgress", _RULE, when=NEW),
        may(
            "ec2",
            "AuthorizeSecurityGroupEgress ModifySecurityGroupRules RevokeSecurityGroupEgress",
            _GROUP,
            when=OURS,
        ),
        *tags(_RULE, "AuthorizeSecurityGroupEgress"),
        *_GROUP_RULES,
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        may("ec2", "AuthorizeSecurityGroupIngress", _RULE, when=NEW),
        may(
            "ec2",
            "AuthorizeSecurityGroupIngress ModifySecurityGroupRules RevokeSecurityGroupIngress",
            _GROUP,
            when=OURS,
        ),
        *tags(_RULE, "AuthorizeSecurityGroupIngress"),
        *_GROUP_RULES,
    ),
}
