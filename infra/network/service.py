"""The services of AWS that functions call, by the endpoints that lead there from a network."""

from __future__ import annotations  # or `aws.ec2` is loaded where there is no network

import pulumi
import pulumi_aws as aws

# And no others: Lambda itself sends the logs and traces of a function, which has no tracing library
# of its own, and services ask KMS on a function's behalf.
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
GATEWAYS = ("dynamodb", "s3")
INTERFACES = ("email", "sqs")  # email: SES's API


def endpoint_service(
    service: str, parent: pulumi.Resource
) -> pulumi.Output[aws.ec2.GetVpcEndpointServiceResult]:
    """Look up the endpoint service of one of them: its name, its zones, what it supports."""
    return aws.ec2.get_vpc_endpoint_service_output(
        service=service,
        service_type="Gateway" if service in GATEWAYS else "Interface",
        opts=pulumi.InvokeOutputOptions(parent=parent),
    )
