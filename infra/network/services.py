"""The VPC endpoints of AWS services."""

from __future__ import annotations  # or every stack would load `aws.ec2`

import pulumi
import pulumi_aws as aws

# Free of charge; AWS has no others:
# https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
_GATEWAYS = ("dynamodb", "s3")
_ENDPOINT_NAMES = {"ses": "email"}  # where the name differs from the prefix in IAM


def is_gateway(service: str) -> bool:
    """Return whether a service has a gateway endpoint; others have interface endpoints."""
    return service in _GATEWAYS


def endpoint_name(service: str) -> str:
    """Return the name of a service's endpoint, by the service's prefix in IAM."""
    return _ENDPOINT_NAMES.get(service, service)


def endpoint_service(
    service: str, parent: pulumi.Resource
) -> pulumi.Output[aws.ec2.GetVpcEndpointServiceResult]:
    """Look up a service's endpoint: its full name, its zones, what it supports."""
    return aws.ec2.get_vpc_endpoint_service_output(
        service=endpoint_name(service),
        service_type="Gateway" if is_gateway(service) else "Interface",
        opts=pulumi.InvokeOutputOptions(parent=parent),
    )
