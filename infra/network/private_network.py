"""A network for functions, without a way to the internet unless the configuration asks for one."""

from __future__ import annotations  # or every stack would load `aws.ec2`

from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from infra.network.endpoints import Endpoints, EndpointsArgs
from infra.network.flow_log import FlowLog, FlowLogArgs
from infra.network.internet import Internet, InternetArgs
from infra.network.services import endpoint_name, endpoint_service, is_gateway
from infra.storage.key import Key

_ZONES = 2  # each has half of the addresses


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """The properties of the network.

    Attributes:
        cidr: its addresses.
        services: the services that functions in it call, by their prefix in IAM.
        internet: whether there is a way to the internet.
        log_retention_days: how long its flow log is kept.
        permissions_boundary: the boundary of the flow log's role.
        key: what the flow log is encrypted with; CloudWatch's if None.
    """

    cidr: str
    services: Collection[str]
    internet: bool = False
    log_retention_days: int
    permissions_boundary: str | None
    key: Key | None


class Network(pulumi.ComponentResource):
    """A VPC with private subnets in two zones, from which only AWS services can be reached.

    It has endpoints for the services that functions call, and, without ``internet``, no internet
    gateway and no public address. The default security group allows nothing. All traffic is logged.
    Attribute ``ready``: what must exist before a function runs in it.

    The network interface of a deleted function stays for a while, and with it security group and
    subnets: the provider waits up to 45 minutes before it can delete them.
    """

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        if not args.services:
            raise ValueError(
                "the functions' grants name no AWS service; a network would lead nowhere: leave "
                "`network` out of the configuration"
            )
        super().__init__("serverless:infra:Network", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.cidr,
            # Both are needed for the services' own names to lead to the endpoints.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            opts=self._child,
        )
        # Without rules: a resource that is in no other group reaches nothing.
        self.default_group = aws.ec2.DefaultSecurityGroup(
            f"{name}-default", vpc_id=self.vpc.id, opts=self._child
        )
        self.flow_log = FlowLog(
            f"{name}-flow",
            FlowLogArgs(
                vpc=self.vpc,
                log_retention_days=args.log_retention_days,
                permissions_boundary=args.permissions_boundary,
                key=args.key,
            ),
            self._child,
        )
        self.routes = aws.ec2.RouteTable(f"{name}-routes", vpc_id=self.vpc.id, opts=self._child)
        self.subnets = self._subnets(name, args)
        associations = [
            aws.ec2.RouteTableAssociation(
                f"{name}-routes-{number}",
                route_table_id=self.routes.id,
                subnet_id=subnet.id,
                opts=self._child,
            )
            for number, subnet in enumerate(self.subnets, start=1)
        ]
        self.group = aws.ec2.SecurityGroup(
            f"{name}-functions", description="Functions", vpc_id=self.vpc.id, opts=self._child
        )
        self.endpoints = Endpoints(
            f"{name}-endpoints",
            EndpointsArgs(
                services=args.services,
                vpc=self.vpc,
                routes=self.routes,
                subnets=self.subnets,
                callers=self.group,
            ),
            self._child,
        )
        self.internet = self._internet(f"{name}-internet", args)
        self.ready: list[pulumi.Resource] = [
            *associations,
            *self.endpoints.ready,
            *(self.internet.ready if self.internet else []),
        ]
        self.register_outputs({"id": self.vpc.id})

    def placement(self, *, internet: bool) -> aws.lambda_.FunctionVpcConfigArgsDict:
        """Return where a function runs: subnets and security groups.

        ``internet``: whether the function uses the way to the internet, if there is one.
        """
        out = [self.internet.group.id] if internet and self.internet else []
        return {
            "subnet_ids": [subnet.id for subnet in self.subnets],
            "security_group_ids": [self.group.id, *out],
        }

    def _internet(self, name: str, args: NetworkArgs) -> Internet | None:
        if not args.internet:
            return None
        zone = self.subnets[0].availability_zone
        return Internet(
            name, InternetArgs(vpc=self.vpc, routes=self.routes, zone=zone), self._child
        )

    def _subnets(self, name: str, args: NetworkArgs) -> list[aws.ec2.Subnet]:
        """Make subnets in zones that have all interface endpoints: not every zone has each."""
        interfaces = sorted(s for s in args.services if not is_gateway(s)) or sorted(args.services)
        zones = pulumi.Output.all(
            *(endpoint_service(s, self).availability_zones for s in interfaces)
        ).apply(lambda each: _common_zones([endpoint_name(s) for s in interfaces], each))
        return [
            aws.ec2.Subnet(
                f"{name}-private-{number}",
                vpc_id=self.vpc.id,
                cidr_block=str(block),
                availability_zone=zones[number - 1],
                map_public_ip_on_launch=False,
                opts=self._child,
            )
            for number, block in enumerate(IPv4Network(args.cidr).subnets(), start=1)
        ]


def _common_zones(endpoints: list[str], zones: list[list[str]]) -> list[str]:
    common = sorted(set.intersection(*map(set, zones)))
    if len(common) < _ZONES:
        raise pulumi.RunError(
            f"The endpoints of {' and '.join(endpoints)} are together in the zones {common} of "
            f"this region; `network` needs {_ZONES}: choose another region."
        )
    return common
