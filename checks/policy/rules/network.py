"""Rows 57 and 58: networks."""

from .model import FUNCTION, SUBNET, Resource, Stack
from .rule import Problems, must, only_if, rule
from .waivers import WAY_OUT

VPC = "ec2/vpc:Vpc"
GROUP = "ec2/securityGroup:SecurityGroup"
EGRESS_RULE = "vpc/securityGroupEgressRule:SecurityGroupEgressRule"
OLD_RULE = "ec2/securityGroupRule:SecurityGroupRule"
ENDPOINT = "ec2/vpcEndpoint:VpcEndpoint"

_HTTPS = ("tcp", 443, 443)
_EVERYWHERE = {"0.0.0.0/0", "::/0"}
# By type of a resource that an environment variable refers to: the last part of the name of the
# endpoint that the function needs.
_SERVICES = {
    "dynamodb/table:Table": "dynamodb",
    "s3/bucket:Bucket": "s3",
    "sesv2/configurationSet:ConfigurationSet": "email",
    "sesv2/emailIdentity:EmailIdentity": "email",
    "sns/topic:Topic": "sns",
    "sqs/queue:Queue": "sqs",
    "secretsmanager/secret:Secret": "secretsmanager",
    "ssm/parameter:Parameter": "ssm",
}


@rule(57, "EC2.2/6/15, CK382", VPC, part="vpc", production=True)
def flow_log_and_default_group(vpc: Resource, stack: Stack) -> Problems:
    """A VPC has a flow log, and its default security group allows nothing."""
    logs = stack.referring("ec2/flowLog:FlowLog", "vpcId", vpc)
    if not any(log.get("trafficType") in ("ALL", "REJECT") for log in logs):
        yield "no FlowLog of its traffic (ALL or REJECT) refers to it; create one"
    groups = stack.referring("ec2/defaultSecurityGroup:DefaultSecurityGroup", "vpcId", vpc)
    if not groups:
        yield "no DefaultSecurityGroup refers to it; create one without rules"
    for group in groups:
        for direction in ("ingress", "egress"):
            rules = group.get(direction)
            if rules:
                yield (
                    f"its DefaultSecurityGroup {group.name} has {direction} {rules!r}; remove them"
                )


@rule(
    57,
    "EC2.2/6/15, CK382",
    SUBNET,
    GROUP,
    EGRESS_RULE,
    OLD_RULE,
    part="ways-out",
    per_resource=True,
    production=True,
)
def no_internet(resource: Resource, _: Stack) -> Problems:
    """Subnets assign no public addresses, and security groups allow no traffic to the internet."""
    if resource.type == f"aws:{SUBNET}":
        yield from must(resource, ["mapPublicIpOnLaunch"], lambda on: not on, "it must be false")
        return
    if resource.type == f"aws:{GROUP}":
        blocks = [
            block
            for egress in resource.get("egress") or []
            for kind in ("cidrBlocks", "ipv6CidrBlocks")
            for block in egress.get(kind) or []
        ]
    elif resource.type == f"aws:{EGRESS_RULE}":
        https = (resource.get("ipProtocol"), resource.get("fromPort"), resource.get("toPort"))
        only_if(https != _HTTPS or resource.get("description") not in WAY_OUT)
        blocks = [resource.get("cidrIpv4"), resource.get("cidrIpv6")]
    else:
        only_if(resource.get("type") == "egress")
        blocks = [
            *(resource.get("cidrBlocks") or []),
            *(resource.get("ipv6CidrBlocks") or []),
        ]
    for block in blocks:
        if block in _EVERYWHERE:
            yield f"it allows traffic to {block}; name the endpoints' groups or prefix lists"


@rule(58, "EC2.55/56", FUNCTION, production=True)
def endpoints(function: Resource, stack: Stack) -> Problems:
    """Functions in a VPC reach the services that they use by VPC endpoints.

    The services are those of the resources that the function's environment refers to. Row 15 covers
    functions that are not in a VPC of the stack.
    """
    subnets = stack.targets(function, "vpcConfig", SUBNET)
    vpcs = {vpc.urn: vpc for s in subnets for vpc in stack.targets(s, "vpcId", VPC)}
    called = {
        service
        for type_, service in _SERVICES.items()
        if stack.targets(function, "environment", type_)
    }
    only_if(vpcs and called)
    for vpc in vpcs.values():
        names = [e.get("serviceName") for e in stack.referring(ENDPOINT, "vpcId", vpc)]
        missing = called - {str(name).rpartition(".")[2] for name in names}
        for service in sorted(missing):
            yield f"{vpc.name} has no VpcEndpoint of {service}, which it calls; create one"
