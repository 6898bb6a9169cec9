"""The network that functions run in: what is in it, what leads out of it, and who may use that."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pytest

from blueprint.recording import Recorded, Recorder
from infra.network.private_network import Network, NetworkArgs
from tests.support.functions import expected, in_network
from tests.support.stacks import PROJECT, below, inputs, made_before, of, recorded, stack

ACCOUNT = "123456789012"
HERE = f"eu-central-1:{ACCOUNT}"
COMPONENT = ("serverless:infra:Network", "network")


def network_resources(type_: str, *, preview: bool = False) -> dict[str, Recorded]:
    made = {r.name: r for r in below(stack("prod", preview=preview), COMPONENT)}
    return {name: r for name, r in made.items() if r.type == f"aws:{type_}"}


@pytest.mark.parametrize("name", ["local", "dev"])
def test_where_none_is_asked_for_nothing_is_made(name: str) -> None:
    made = stack(name).recorder.resources
    assert len(made) > 150
    assert not [r.name for r in made if r.type.startswith(("aws:ec2", "aws:vpc"))]
    assert not [r.name for r in made if "vpcConfig" in r.inputs or r.name.startswith("network")]
    assert not [r.name for r in made if "ec2:" in r.inputs.get("policy", "")]


def test_the_vpc() -> None:
    [vpc] = network_resources("ec2/vpc:Vpc").values()
    assert vpc.inputs == {
        "cidrBlock": "10.20.0.0/24",
        "enableDnsHostnames": True,
        "enableDnsSupport": True,
    }


def test_no_way_to_the_internet() -> None:
    """The stack has only these types of network resources."""
    types = {r.type for r in stack("prod").recorder.resources}
    assert {t for t in types if t.startswith(("aws:ec2/", "aws:vpc/"))} == {
        "aws:ec2/vpc:Vpc",
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/flowLog:FlowLog",
        "aws:ec2/routeTable:RouteTable",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
    [routes] = network_resources("ec2/routeTable:RouteTable").values()
    assert routes.inputs == {"vpcId": "network-id"}


def test_subnets_are_halves_in_two_zones_that_have_all_endpoints() -> None:
    """The recorder returns the zones in random order, as AWS may."""
    assert {name: r.inputs for name, r in network_resources("ec2/subnet:Subnet").items()} == {
        f"network-private-{number}": {
            "vpcId": "network-id",
            "cidrBlock": cidr,
            "availabilityZone": zone,
            "mapPublicIpOnLaunch": False,
        }
        for number, cidr, zone in (
            (1, "10.20.0.0/25", "eu-central-1a"),
            (2, "10.20.0.128/25", "eu-central-1b"),
        )
    }
    associations = network_resources("ec2/routeTableAssociation:RouteTableAssociation")
    assert {name: r.inputs for name, r in associations.items()} == {
        f"network-routes-{number}": {
            "routeTableId": "network-routes-id",
            "subnetId": f"network-private-{number}-id",
        }
        for number in (1, 2)
    }


@dataclass
class Services(Recorder):
    """Answers otherwise of endpoint services, by the service's name; ``asked``: for which kind."""

    answers: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)

    def call(self, args: Any) -> Any:
        answer, failures = super().call(args)
        service = args.args.get("service")
        if service:
            self.asked[service] = args.args["serviceType"]
        return {**answer, **self.answers.get(service, {})}, failures


def network(**answers: dict[str, Any]) -> Services:
    """Create a network alone."""
    services = Services(answers=answers)

    def program() -> None:
        Network(
            "network",
            NetworkArgs(
                cidr="10.0.0.0/24",
                services={"dynamodb", "s3", "ses", "sqs"},
                log_retention_days=1,
                permissions_boundary=None,
                key=None,
            ),
        )

    recorded(program, recorder=services)
    return services


def test_of_which_kind_endpoints_are_looked_up() -> None:
    """DynamoDB and S3 have both kinds, so a lookup without the kind would find two."""
    assert network().asked == {
        "dynamodb": "Gateway",
        "s3": "Gateway",
        "email": "Interface",
        "sqs": "Interface",
    }


def zones(made: Recorder) -> list[str]:
    subnets = sorted(made.all("aws:ec2/subnet:Subnet"), key=lambda subnet: subnet.name)
    return [subnet.inputs["availabilityZone"] for subnet in subnets]


def test_only_zones_that_have_every_endpoint() -> None:
    assert zones(network()) == ["eu-central-1a", "eu-central-1b"]
    some = {"availabilityZones": ["eu-central-1d", "eu-central-1c", "eu-central-1a"]}
    assert zones(network(email=some)) == ["eu-central-1a", "eu-central-1c"]


def test_a_region_without_two_such_zones() -> None:
    one = {"availabilityZones": ["eu-central-1a", "eu-central-1d"]}
    with pytest.raises(
        pulumi.RunError, match=r"email and sqs are together in the zones \['eu-\S+a'"
    ):
        network(email=one)


def test_the_default_group_lets_nothing_pass() -> None:
    [group] = network_resources("ec2/defaultSecurityGroup:DefaultSecurityGroup").values()
    assert group.inputs == {"vpcId": "network-id"}  # the provider takes away what is not given


def test_what_flows_is_logged() -> None:
    [log] = network_resources("ec2/flowLog:FlowLog").values()
    assert log.inputs == {
        "vpcId": "network-id",
        "trafficType": "ALL",
        "logDestinationType": "cloud-watch-logs",
        "logDestination": f"arn:aws:logs:{HERE}:network-flow-log",
        "iamRoleArn": f"arn:aws:iam:{HERE}:network-flow-role",
    }
    [group] = network_resources("cloudwatch/logGroup:LogGroup").values()
    assert group.inputs == {
        "name": f"/aws/vpc/{PROJECT}-prod",
        "retentionInDays": 365,
        "kmsKeyId": f"arn:aws:kms:{HERE}:key",
    }
    policy = ("aws:iam/rolePolicy:RolePolicy", "network-flow-policy")
    assert policy in made_before(stack("prod"), log)


def test_endpoints() -> None:
    subnets = [f"network-private-{number}-id" for number in (1, 2)]
    gateway = {"vpcEndpointType": "Gateway", "routeTableIds": ["network-routes-id"]}
    interface = {
        "vpcEndpointType": "Interface",
        "subnetIds": subnets,
        "securityGroupIds": ["network-endpoints-id"],
        "privateDnsEnabled": True,
    }
    made = network_resources("ec2/vpcEndpoint:VpcEndpoint")
    assert {n: {k: v for k, v in r.inputs.items() if k != "policy"} for n, r in made.items()} == {
        f"network-endpoints-{service}": {
            "vpcId": "network-id",
            "serviceName": f"com.amazonaws.eu-central-1.{service}",
            **kind,
        }
        for service, kind in (
            ("dynamodb", gateway),
            ("s3", gateway),
            ("email", interface),
            ("sqs", interface),
            ("states", interface),
        )
    }


def test_there_is_an_endpoint_for_every_service_that_functions_may_call() -> None:
    """Their policies say which; what Lambda does by their roles, and services ask KMS, is not."""
    called = {
        action.partition(":")[0]
        for name in in_network()
        for statement in json.loads(
            inputs(stack("prod"), "iam/rolePolicy:RolePolicy", f"{name}-policy")["policy"]
        )["Statement"]
        for action in statement["Action"]
    }
    endpoints = {
        json.loads(r.inputs["policy"])["Statement"][0]["Action"].removesuffix(":*")
        for r in network_resources("ec2/vpcEndpoint:VpcEndpoint").values()
    }
    assert called - {"kms", "logs", "xray"} == endpoints


@pytest.mark.parametrize(
    ("service", "prefix", "resource", "more"),
    [
        ("dynamodb", "dynamodb", f"arn:aws:dynamodb:{HERE}:*", {}),
        ("email", "ses", f"arn:aws:ses:{HERE}:*", {}),
        ("sqs", "sqs", f"arn:aws:sqs:{HERE}:*", {}),
        ("states", "states", f"arn:aws:states:{HERE}:*", {}),
        # A bucket's ARN names no account.
        ("s3", "s3", "arn:aws:s3:::*", {"aws:ResourceAccount": ACCOUNT}),
    ],
)
def test_who_may_use_an_endpoint(
    service: str, prefix: str, resource: str, more: dict[str, str]
) -> None:
    endpoint = inputs(stack("prod"), "ec2/vpcEndpoint:VpcEndpoint", f"network-endpoints-{service}")
    assert json.loads(endpoint["policy"]) == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": f"{prefix}:*",
                "Resource": resource,
                "Condition": {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, **more}},
            }
        ],
    }


def test_an_endpoint_that_takes_no_policy_gets_none() -> None:
    made = network(email={"vpcEndpointPolicySupported": False}).all(
        "aws:ec2/vpcEndpoint:VpcEndpoint"
    )
    assert {r.name.rpartition("-")[2] for r in made if "policy" in r.inputs} == {
        "dynamodb",
        "s3",
        "sqs",
    }


def test_what_may_flow() -> None:
    """Only HTTPS from functions to endpoints is allowed."""
    https = {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443}
    rules = {
        **network_resources("vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
        **network_resources("vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    }
    assert {name: dict(r.inputs) for name, r in rules.items()} == {
        "network-endpoints-from-callers": {
            "description": "HTTPS from functions",
            "securityGroupId": "network-endpoints-id",
            "referencedSecurityGroupId": "network-functions-id",
            **https,
        },
        "network-endpoints-to-interfaces": {
            "description": "HTTPS to interfaces",
            "securityGroupId": "network-functions-id",
            "referencedSecurityGroupId": "network-endpoints-id",
            **https,
        },
        **{
            f"network-endpoints-to-{service}": {
                "description": f"HTTPS to {service}",
                "securityGroupId": "network-functions-id",
                "prefixListId": f"pl-network-endpoints-{service}",
                **https,
            }
            for service in ("dynamodb", "s3")
        },
    }
    # The provider takes away the rule that AWS gives a new group: everything to everywhere.
    groups = network_resources("ec2/securityGroup:SecurityGroup").values()
    assert {r.name for r in groups} == {"network-functions", "network-endpoints"}
    assert all(set(r.inputs) == {"description", "vpcId"} for r in groups)
    # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html
    for described in (*groups, *rules.values()):
        assert re.fullmatch(
            r"[A-Za-z0-9 ._:/()#,@\[\]+=&;{}!$*-]{1,255}", described.inputs["description"]
        )


@pytest.mark.parametrize("name", in_network())
def test_every_function_runs_in_it(name: str) -> None:
    made = inputs(stack("prod"), "lambda/function:Function", name)
    assert made["vpcConfig"] == {
        "subnetIds": ["network-private-1-id", "network-private-2-id"],
        "securityGroupIds": ["network-functions-id"],
    }


def test_what_no_endpoint_reaches_is_called_from_outside() -> None:
    outside = {name for name, each in expected().items() if each.internet}
    for name in outside:
        assert "vpcConfig" not in inputs(stack("prod"), "lambda/function:Function", name)
    assert outside == set(expected()) - set(in_network())


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize("name", in_network())
def test_a_function_has_its_ways_out_before_it_runs(name: str, preview: bool) -> None:
    """It depends on its role's network policy and on the endpoints that it calls."""
    made = stack("prod", preview=preview)
    before = made_before(made, made.recorder.one("aws:lambda/function:Function", name))
    assert ("aws:iam/rolePolicy:RolePolicy", f"{name}-connection") in before
    for type_ in (
        "ec2/vpcEndpoint:VpcEndpoint",
        "ec2/routeTableAssociation:RouteTableAssociation",
        "vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    ):
        ways = {(r.type, r.name) for r in of(made, type_)}
        assert ways <= before


def test_a_preview_of_a_new_stack_knows_no_ids() -> None:
    previewed = network_resources("ec2/subnet:Subnet", preview=True)
    assert len(previewed) == 2
    for subnet in previewed.values():
        assert isinstance(subnet.inputs["vpcId"], pulumi.output.Unknown)
        assert subnet.inputs["availabilityZone"].startswith("eu-central-1")
    made = {(r.type, r.name) for r in stack("prod", preview=True).recorder.resources}
    assert made == {(r.type, r.name) for r in stack("prod").recorder.resources}
