"""A way from a private network to the internet."""

from __future__ import annotations  # or every stack would load `aws.ec2`

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

ANYWHERE = "0.0.0.0/0"
HTTPS_ANYWHERE = "HTTPS to the internet, as network.internet says"
"""The description of the one rule that leads out; the policy pack knows it."""

_HTTPS = 443
_BLOCK = "100.64.0.0/28"
"""The addresses of the public subnet: a second block, so that the network's own subnets stay.

AWS allows it in addition to every private block, and nothing else may use it.
https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
"""


@dataclass(frozen=True, kw_only=True)
class InternetArgs:
    """The network, the routes of its private subnets, and the zone of the NAT gateway."""

    vpc: aws.ec2.Vpc
    routes: aws.ec2.RouteTable
    zone: pulumi.Input[str]


class Internet(pulumi.ComponentResource):
    """A NAT gateway in one zone, and a security group whose members reach any host by HTTPS.

    Functions have no public address, and nobody reaches them. While the gateway's zone is down,
    there is no way out. Attributes: ``group``; ``ready``: what must exist before a function runs.
    """

    def __init__(
        self, name: str, args: InternetArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Internet", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        gateway = aws.ec2.InternetGateway(name, vpc_id=args.vpc.id, opts=child)
        block = aws.ec2.VpcIpv4CidrBlockAssociation(
            f"{name}-block", vpc_id=args.vpc.id, cidr_block=_BLOCK, opts=child
        )
        subnet = aws.ec2.Subnet(
            f"{name}-public",
            vpc_id=args.vpc.id,
            cidr_block=_BLOCK,
            availability_zone=args.zone,
            map_public_ip_on_launch=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[block]),
        )
        routes = aws.ec2.RouteTable(f"{name}-routes", vpc_id=args.vpc.id, opts=child)
        out = aws.ec2.Route(
            f"{name}-out",
            route_table_id=routes.id,
            destination_cidr_block=ANYWHERE,
            gateway_id=gateway.id,
            opts=child,
        )
        associated = aws.ec2.RouteTableAssociation(
            f"{name}-association", route_table_id=routes.id, subnet_id=subnet.id, opts=child
        )
        address = aws.ec2.Eip(f"{name}-address", domain="vpc", opts=child)
        self.nat = aws.ec2.NatGateway(
            f"{name}-nat",
            allocation_id=address.id,
            subnet_id=subnet.id,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[out, associated]),
        )
        to_nat = aws.ec2.Route(
            f"{name}-to-nat",
            route_table_id=args.routes.id,
            destination_cidr_block=ANYWHERE,
            nat_gateway_id=self.nat.id,
            opts=child,
        )
        self.group = aws.ec2.SecurityGroup(
            name, description="Functions that reach the internet", vpc_id=args.vpc.id, opts=child
        )
        egress = aws.vpc.SecurityGroupEgressRule(
            f"{name}-https",
            description=HTTPS_ANYWHERE,
            security_group_id=self.group.id,
            cidr_ipv4=ANYWHERE,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            opts=child,
        )
        self.ready: list[pulumi.Resource] = [to_nat, egress]
        self.register_outputs({})
