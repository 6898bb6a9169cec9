"""A network that functions run in, without a way to the internet."""

from __future__ import annotations  # or `aws.ec2` is loaded where there is no network

from dataclasses import dataclass
from ipaddress import IPv4Network

import pulumi
import pulumi_aws as aws

from infra.config.stack import StackConfig
from infra.network.endpoints import Endpoints, EndpointsArgs
from infra.network.flow_log import FlowLog, FlowLogArgs
from infra.network.service import INTERFACES, endpoint_service
from infra.storage.key import Key

_ZONES = 2  # one for each half of its addresses


@dataclass(frozen=True, kw_only=True)
class NetworkArgs:
    """``cidr``: its addresses. ``key``: what its log is encrypted with; CloudWatch's if None."""

    cidr: str
    log_retention_days: int
    permissions_boundary: str | None
    key: Key | None


class Network(pulumi.ComponentResource):
    """A VPC with private subnets in two zones; AWS's services by endpoints, and nothing else.

    There is no internet gateway and no public address; the default security group allows nothing;
    what flows is logged. Attribute ``ready``: what functions need before they can run in it.

    A function's network interface stays for a while when the function is gone, and security group
    and subnets with it: deleting them, the provider waits for up to 45 minutes.
    """

    def __init__(
        self, name: str, args: NetworkArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Network", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.vpc = aws.ec2.Vpc(
            name,
            cidr_block=args.cidr,
            # Both, so that the services' own names lead to the endpoints.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            opts=self._child,
        )
        # Without rules: what is put into no other group reaches nothing.
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
        self.subnets = self._subnets(name, args.cidr)
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
                vpc=self.vpc, routes=self.routes, subnets=self.subnets, callers=self.group
            ),
            self._child,
        )
        self.ready: list[pulumi.Resource] = [*associations, *self.endpoints.ready]
        self.register_outputs({"id": self.vpc.id})

    def placement(self) -> aws.lambda_.FunctionVpcConfigArgsDict:
        """Return where a function runs: subnets and security group."""
        return {
            "subnet_ids": [subnet.id for subnet in self.subnets],
            "security_group_ids": [self.group.id],
        }

    def _subnets(self, name: str, cidr: str) -> list[aws.ec2.Subnet]:
        """Make subnets in the zones where all endpoints can be: not all zones have each."""
        zones = pulumi.Output.all(
            *(endpoint_service(s, self).availability_zones for s in INTERFACES)
        ).apply(_common)
        return [
            aws.ec2.Subnet(
                f"{name}-private-{number}",
                vpc_id=self.vpc.id,
                cidr_block=str(block),
                availability_zone=zones[number - 1],
                map_public_ip_on_launch=False,
                opts=self._child,
            )
            for number, block in enumerate(IPv4Network(cidr).subnets(), start=1)
        ]


def own_network(name: str, config: StackConfig, key: Key | None) -> Network | None:
    """Make the stack's own network, where its configuration asks for one."""
    if config.network is None:
        return None
    return Network(
        name,
        NetworkArgs(
            cidr=config.network.cidr,
            log_retention_days=config.logs.retention_days,
            permissions_boundary=config.permissions_boundary,
            key=key,
        ),
    )


def _common(zones: list[list[str]]) -> list[str]:
    common = sorted(set.intersection(*map(set, zones)))
    if len(common) < _ZONES:
        raise pulumi.RunError(
            f"The endpoints of {' and '.join(INTERFACES)} are together in the zones {common} of "
            f"this region; `network` needs {_ZONES}: choose another region."
        )
    return common
