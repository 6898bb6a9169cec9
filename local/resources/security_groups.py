"""Security groups and their rules; the emulator stores them and enforces none."""

from typing import Any

from local.resources.names import present
from local.resources.registry import ANEW, PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    passes="vpcId",
    update=PUT,
    delete=lambda _request: None,  # it is the VPC's
)
def default_security_group(request: Request) -> ResourceState:
    """Remove all rules from a VPC's default group."""
    vpc = request.require("vpcId")
    filters = {"vpc-id": vpc, "group-name": "default"}
    [group] = request.client("ec2").describe_security_groups(
        Filters=[{"Name": name, "Values": [value]} for name, value in filters.items()]
    )["SecurityGroups"]
    _empty(request, group)
    id_ = group["GroupId"]
    return ResourceState(id_, {"arn": request.target.arn("ec2", f"security-group/{id_}")})


@resource(
    "aws:ec2/securityGroup:SecurityGroup",
    passes="name description vpcId",
    ignores="revokeRulesOnDelete",
    delete=lambda request: request.client("ec2").delete_security_group(GroupId=request.id),
)
def security_group(request: Request) -> ResourceState:
    """Make a group without rules; AWS would add one for all outbound traffic."""
    ec2 = request.client("ec2")
    name = request.physical_name(255)
    id_ = ec2.create_security_group(
        GroupName=name,
        Description=request.get("description", "Managed by Pulumi"),
        VpcId=request.require("vpcId"),
    )["GroupId"]
    [group] = ec2.describe_security_groups(GroupIds=[id_])["SecurityGroups"]
    _empty(request, group)
    return ResourceState(
        id_, {"name": name, "arn": request.target.arn("ec2", f"security-group/{id_}")}
    )


_RULE = (
    "securityGroupId description ipProtocol fromPort toPort cidrIpv4 cidrIpv6 prefixListId "
    "referencedSecurityGroupId"
)


@resource(
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    passes=_RULE,
    update=ANEW,
    delete=lambda request: request.client("ec2").revoke_security_group_ingress(
        GroupId=request.require("securityGroupId"), SecurityGroupRuleIds=[request.id]
    ),
)
def ingress_rule(request: Request) -> ResourceState:
    """Add a rule for inbound traffic."""
    return _rule(request, "ingress")


@resource(
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
    passes=_RULE,
    update=ANEW,
    delete=lambda request: request.client("ec2").revoke_security_group_egress(
        GroupId=request.require("securityGroupId"), SecurityGroupRuleIds=[request.id]
    ),
)
def egress_rule(request: Request) -> ResourceState:
    """Add a rule for outbound traffic; the emulator (1.5.33) drops its prefix list."""
    return _rule(request, "egress")


def _rule(request: Request, direction: str) -> ResourceState:
    description = present(Description=request.get("description"))
    peers = {
        "IpRanges": ("CidrIp", request.get("cidrIpv4")),
        "Ipv6Ranges": ("CidrIpv6", request.get("cidrIpv6")),
        "PrefixListIds": ("PrefixListId", request.get("prefixListId")),
        "UserIdGroupPairs": ("GroupId", request.get("referencedSecurityGroupId")),
    }
    permission = present(
        IpProtocol=request.require("ipProtocol"),
        FromPort=request.get("fromPort"),
        ToPort=request.get("toPort"),
        **{
            kind: [{key: value, **description}]
            for kind, (key, value) in peers.items()
            if value is not None
        },
    )
    authorize = getattr(request.client("ec2"), f"authorize_security_group_{direction}")
    response = authorize(GroupId=request.require("securityGroupId"), IpPermissions=[permission])
    id_ = response["SecurityGroupRules"][0]["SecurityGroupRuleId"]
    return ResourceState(id_, {"securityGroupRuleId": id_})


def _empty(request: Request, group: dict[str, Any]) -> None:
    ec2 = request.client("ec2")
    for rules, revoke in (
        (group["IpPermissions"], ec2.revoke_security_group_ingress),
        (group["IpPermissionsEgress"], ec2.revoke_security_group_egress),
    ):
        if rules:
            revoke(GroupId=group["GroupId"], IpPermissions=rules)
