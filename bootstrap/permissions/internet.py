"""Permissions to deploy a network's way to the internet, whose resources tags identify."""

from bootstrap.permissions.model import NEW, OURS, Permission, arn, may
from bootstrap.permissions.network import see, tags

_VPC = arn("ec2", "vpc/*")
_SUBNET = arn("ec2", "subnet/*")
_ROUTES = arn("ec2", "route-table/*")
_GATEWAY = arn("ec2", "internet-gateway/*")
_ADDRESS = arn("ec2", "elastic-ip/*")
_NAT = arn("ec2", "natgateway/*")

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:ec2/internetGateway:InternetGateway": (
        may("ec2", "CreateInternetGateway", _GATEWAY, when=NEW),
        may("ec2", "AttachInternetGateway DetachInternetGateway", _GATEWAY, _VPC, when=OURS),
        *tags(_GATEWAY, "CreateInternetGateway"),
        may("ec2", "DeleteInternetGateway", _GATEWAY, when=OURS),
        see("InternetGateways"),
    ),
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation": (
        may("ec2", "AssociateVpcCidrBlock DisassociateVpcCidrBlock", _VPC, when=OURS),
        see("Vpcs"),
    ),
    "aws:ec2/eip:Eip": (
        may("ec2", "AllocateAddress", _ADDRESS, when=NEW),
        *tags(_ADDRESS, "AllocateAddress"),
        may("ec2", "ReleaseAddress", _ADDRESS, when=OURS),
        see("Addresses", "AddressesAttribute"),
    ),
    "aws:ec2/natGateway:NatGateway": (
        may("ec2", "CreateNatGateway", _NAT, when=NEW),
        may("ec2", "CreateNatGateway", _ADDRESS, _SUBNET, when=OURS),
        *tags(_NAT, "CreateNatGateway"),
        may("ec2", "DeleteNatGateway", _NAT, when=OURS),
        see("NatGateways"),
    ),
    "aws:ec2/route:Route": (
        may("ec2", "CreateRoute DeleteRoute ReplaceRoute", _ROUTES, when=OURS),
        see("RouteTables"),
    ),
}
