"""Permissions to deploy the network. Its ARNs contain only ids, so tags identify its resources.

Tags can be set on a resource that is being made, and on the stack's own. So nobody can claim other
resources by a tag, except a security group without tags (`traffic`), such as a VPC's default group.
https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html
"""

from bootstrap.permissions.functions import passed_to
from bootstrap.permissions.model import NEW, OURS, UNCLAIMED, Permission, arn, may

_VPC = arn("ec2", "vpc/*")
_SUBNET = arn("ec2", "subnet/*")
_ROUTES = arn("ec2", "route-table/*")
_GROUP = arn("ec2", "security-group/*")
_ENDPOINT = arn("ec2", "vpc-endpoint/*")
_FLOW_LOG = arn("ec2", "vpc-flow-log/*")


def tags(resource: str, made_by: str) -> tuple[Permission, ...]:
    """Allow to tag what an action makes, and to change tags of the stack's own resources."""
    return (
        may("ec2", "CreateTags", resource, when=(("StringEquals", "ec2:CreateAction", made_by),)),
        may("ec2", "CreateTags DeleteTags", resource, when=OURS),
    )


def see(*what: str) -> Permission:
    """Allow to describe all resources of a kind, such as ``Vpcs``: AWS allows no narrower."""
    return may("ec2", " ".join(f"Describe{name}" for name in what), "*")


TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:ec2/vpc:Vpc": (
        may("ec2", "CreateVpc", _VPC, when=NEW),
        *tags(_VPC, "CreateVpc"),
        may("ec2", "DeleteVpc DescribeVpcAttribute ModifyVpcAttribute", _VPC, when=OURS),
        see("NetworkAcls", "RouteTables", "SecurityGroups", "Vpcs"),
    ),
    "aws:ec2/subnet:Subnet": (
        may("ec2", "CreateSubnet", _SUBNET, when=NEW),
        may("ec2", "CreateSubnet", _VPC, when=OURS),
        *tags(_SUBNET, "CreateSubnet"),
        may("ec2", "DeleteSubnet ModifySubnetAttribute", _SUBNET, when=OURS),
        see("NetworkInterfaces", "Subnets"),
        # Interfaces that Lambda left behind; AWS refuses to delete one that is in use.
        may("ec2", "DeleteNetworkInterface", arn("ec2", "network-interface/*"), when=UNCLAIMED),
    ),
    "aws:ec2/routeTable:RouteTable": (
        may("ec2", "CreateRouteTable", _ROUTES, when=NEW),
        may("ec2", "CreateRouteTable", _VPC, when=OURS),
        *tags(_ROUTES, "CreateRouteTable"),
        may("ec2", "DeleteRouteTable", _ROUTES, when=OURS),
        see("RouteTables"),
    ),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": (
        may(
            "ec2",
            "AssociateRouteTable DisassociateRouteTable ReplaceRouteTableAssociation",
            _ROUTES,
            _SUBNET,
            when=OURS,
        ),
        see("RouteTables"),
    ),
    "aws:ec2/vpcEndpoint:VpcEndpoint": (
        may("ec2", "CreateVpcEndpoint", _ENDPOINT, when=NEW),
        may("ec2", "CreateVpcEndpoint", _VPC, when=OURS),
        may("ec2", "CreateVpcEndpoint ModifyVpcEndpoint", _ROUTES, _GROUP, _SUBNET, when=OURS),
        *tags(_ENDPOINT, "CreateVpcEndpoint"),
        may("ec2", "DeleteVpcEndpoints ModifyVpcEndpoint", _ENDPOINT, when=OURS),
        see("PrefixLists", "VpcEndpoints"),
        # The private DNS names of an endpoint, in a zone of AWS's.
        may(
            "route53",
            "AssociateVPCWithHostedZone",
            arn("route53", "hostedzone/*", region="", account=""),
        ),
    ),
    "aws:ec2/flowLog:FlowLog": (
        may("ec2", "CreateFlowLogs", _FLOW_LOG, when=NEW),
        may("ec2", "CreateFlowLogs", _VPC, when=OURS),
        *tags(_FLOW_LOG, "CreateFlowLogs"),
        may("ec2", "DeleteFlowLogs", _FLOW_LOG, when=OURS),
        see("FlowLogs"),
        passed_to("vpc-flow-logs.amazonaws.com"),
    ),
    # Calls of the program itself.
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": (see("VpcEndpointServices"),),
}
