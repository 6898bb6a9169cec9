"""Endpoints: how functions in a network reach AWS services."""

from __future__ import annotations  # or every stack would load `aws.ec2`

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.json_text import json_output
from infra.network.services import endpoint_name, endpoint_service, is_gateway

_HTTPS = 443


@dataclass(frozen=True, kw_only=True)
class EndpointsArgs:
    """Where the endpoints are, and for whom.

    Attributes:
        services: the services that are called, by their prefix in IAM.
        callers: the security group that may use the endpoints.
    """

    services: Collection[str]
    vpc: aws.ec2.Vpc
    routes: aws.ec2.RouteTable
    subnets: Sequence[aws.ec2.Subnet]
    callers: aws.ec2.SecurityGroup


class Endpoints(pulumi.ComponentResource):
    """Endpoints for the services that functions call, by HTTPS only.

    They serve this account's roles and resources. DynamoDB and S3 have gateway endpoints, which are
    free; other services have interface endpoints, at the services' own names. Attribute ``ready``:
    what must exist before a caller runs.
    """

    def __init__(
        self, name: str, args: EndpointsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Endpoints", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self._name = name
        self.group = aws.ec2.SecurityGroup(
            name, description="Endpoints of AWS services", vpc_id=args.vpc.id, opts=self._child
        )
        self.ready: list[pulumi.Resource] = []
        self._allow(args.callers)
        for service in sorted(args.services):
            make = self._gateway if is_gateway(service) else self._interface
            make(service, args)
        self.register_outputs({})

    def _allow(self, callers: aws.ec2.SecurityGroup) -> None:
        self.ready += [
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-from-callers",
                description="HTTPS from functions",
                security_group_id=self.group.id,
                referenced_security_group_id=callers.id,
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                opts=self._child,
            ),
            self._egress("interfaces", callers, group=self.group.id),
        ]

    def _gateway(self, service: str, args: EndpointsArgs) -> None:
        endpoint = aws.ec2.VpcEndpoint(
            f"{self._name}-{endpoint_name(service)}",
            vpc_id=args.vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=endpoint_service(service, self).service_name,
            route_table_ids=[args.routes.id],
            policy=self._policy(service),
            opts=self._child,
        )
        self.ready += [
            endpoint,
            self._egress(service, args.callers, prefixes=endpoint.prefix_list_id),
        ]

    def _interface(self, service: str, args: EndpointsArgs) -> None:
        found = endpoint_service(service, self)
        self.ready.append(
            aws.ec2.VpcEndpoint(
                f"{self._name}-{endpoint_name(service)}",
                vpc_id=args.vpc.id,
                vpc_endpoint_type="Interface",
                service_name=found.service_name,
                subnet_ids=[subnet.id for subnet in args.subnets],
                security_group_ids=[self.group.id],
                private_dns_enabled=True,
                # Not every service supports a policy in every region.
                policy=pulumi.Output.all(
                    self._policy(service), found.vpc_endpoint_policy_supported
                ).apply(lambda pair: pair[0] if pair[1] else None),
                opts=self._child,
            )
        )

    def _egress(
        self,
        to: str,
        callers: aws.ec2.SecurityGroup,
        *,
        group: pulumi.Output[str] | None = None,
        prefixes: pulumi.Output[str] | None = None,
    ) -> aws.vpc.SecurityGroupEgressRule:
        return aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-to-{to}",
            description=f"HTTPS to {to}",
            security_group_id=callers.id,
            referenced_security_group_id=group,
            prefix_list_id=prefixes,
            ip_protocol="tcp",
            from_port=_HTTPS,
            to_port=_HTTPS,
            opts=self._child,
        )

    def _policy(self, service: str) -> pulumi.Output[str]:
        """Return a policy for this account's principals and this account's resources only.

        Their own policies say what they may do there.
        """
        invoke = pulumi.InvokeOutputOptions(parent=self)
        account = aws.get_caller_identity_output(opts=invoke).account_id
        partition = aws.get_partition_output(opts=invoke).partition
        here = pulumi.Output.concat(aws.get_region_output(opts=invoke).region, ":", account)
        conditions = {"aws:PrincipalAccount": account}
        if service == "s3":  # a bucket's ARN names neither region nor account
            here = pulumi.Output.from_input(":")
            conditions["aws:ResourceAccount"] = account
        statement = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": f"{service}:*",
            "Resource": pulumi.Output.concat("arn:", partition, f":{service}:", here, ":*"),
            "Condition": {"StringEquals": conditions},
        }
        return json_output({"Version": "2012-10-17", "Statement": [statement]})
