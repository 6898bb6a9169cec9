"""The services of AWS that functions call, by the endpoints that lead there from a network."""

import pulumi
import pulumi_aws as aws

# Logs and traces are Lambda's to send, and services decrypt on a function's behalf: so it calls
# neither of those, nor KMS. https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html
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
