"""The network, all of whose ARNs hold ids: what is there is told by its tags.

Tags are put on when something is made, and on what is ours; so nothing becomes ours by a tag, but a
security group without one (`traffic`): a VPC's default group comes so.
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
    """Let tags be put on what an action makes, and changed on what is ours."""
    return (
        may("ec2", "CreateTags", resource, when=(("StringEquals", "ec2:CreateAction", made_by),)),
        may("ec2", "CreateTags DeleteTags", resource, when=OURS),
    )


def see(*what: str) -> Permission:
    """Let all be seen of a kind, such as ``Vpcs``: AWS knows no less."""
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
        # What Lambda left behind, and nobody uses: AWS deletes no interface that is in use.
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
        # The names by which it is found, in a zone of AWS's.
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
    # What the program asks the account for.
    "aws:ec2/getVpcEndpointService:getVpcEndpointService": (see("VpcEndpointServices"),),
}
