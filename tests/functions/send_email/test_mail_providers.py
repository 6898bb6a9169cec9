"""SendGrid in place of SES: what is made, who may read the key, and the way to the internet."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from blueprint.project import stack_settings
from blueprint.recorder import Run, run
from blueprint.recording import Recorder
from handlers.send_email import sendgrid as mailer
from handlers.send_email.handler import Settings
from infra.access.sendgrid import API, SendGrid, SendGridArgs
from local import sendgrid as local_sendgrid
from tests.support.apis import function
from tests.support.configuration import EMAIL, loaded, refused
from tests.support.functions import in_network
from tests.support.policy.told import broken, seen
from tests.support.stacks import (
    PROJECT,
    exported,
    inputs,
    keys,
    made_before,
    of,
    recorded,
    stack,
)
from tests.support.statements import HERE, allow

SECRET = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:mail/sendgrid-AbCdEf"
KMS_KEY = "arn:aws:kms:eu-central-1:123456789012:key/1a2b3c4d"
MADE = f"arn:aws:secretsmanager:{HERE}:mail-key"
NAMED = {"secretArn": SECRET, "kmsKeyArn": KMS_KEY}


@cache
def with_sendgrid() -> Run:
    """Run production with SendGrid as its provider."""
    settings = stack_settings("prod")
    email = {**settings[f"{PROJECT}:email"], "provider": "sendgrid"}
    network = {**settings[f"{PROJECT}:network"], "internet": True}
    return run("prod", settings={f"{PROJECT}:email": email, f"{PROJECT}:network": network})


def sender(
    secret_arn: str | None = None, kms_key_arn: str | None = None, *, retain: bool = False
) -> None:
    """Make a sender by SendGrid, and the function that sends, in a stack without key or network."""
    args = SendGridArgs(
        sender=EMAIL["sender"],
        secret_arn=secret_arn,
        kms_key_arn=kms_key_arn,
        retain=retain,
        key=None,
    )
    function("send-email", grants=[SendGrid("mail", args).send(env_sender="SENDER")])


def statements(made: Recorder, function: str) -> list[dict[str, Any]]:
    policy = made.one("aws:iam/rolePolicy:RolePolicy", f"{function}-policy").inputs["policy"]
    return list(json.loads(policy)["Statement"])


def reading(made: Recorder) -> list[Any]:
    return [s for s in statements(made, "send-email") if "secretsmanager" in json.dumps(s)]


def test_nothing_else_changes_but_ses() -> None:
    before, after = set(keys(stack("prod"))), set(keys(with_sendgrid()))
    gone, new = before - after, after - before
    assert {type_ for type_, _ in gone} <= {
        "serverless:infra:MailIdentity",
        "aws:sesv2/configurationSet:ConfigurationSet",
        "aws:sesv2/emailIdentity:EmailIdentity",
        "aws:cloudwatch/metricAlarm:MetricAlarm",
        "aws:ec2/vpcEndpoint:VpcEndpoint",
    }
    outside = {k for k in new if not k[1].startswith("network-internet")}
    assert outside == {
        ("serverless:infra:SendGrid", "mail"),
        ("aws:secretsmanager/secret:Secret", "mail-key"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "network-endpoints-secretsmanager"),
    }


def test_the_settings_are_those_that_are_read() -> None:
    made = inputs(with_sendgrid(), "lambda/function:Function", "send-email")
    variables: Mapping[str, str] = made["environment"]["variables"]
    fields = {*Settings.__dataclass_fields__, *mailer.Settings.__dataclass_fields__}
    assert set(variables) == {field.upper() for field in fields - {"configuration_set"}}
    assert variables["SENDGRID_KEY"] == MADE
    assert variables["SENDGRID_URL"] == API == local_sendgrid.API


def test_the_program_never_has_the_key() -> None:
    types = {r.type for r in with_sendgrid().recorder.resources}
    assert {t for t in types if "secretsmanager" in t} == {"aws:secretsmanager/secret:Secret"}


@pytest.mark.parametrize("preview", [False, True])
@pytest.mark.parametrize(("retain", "days"), [(True, 30), (False, 0)])
def test_a_secret_is_made_empty(retain: bool, days: int, preview: bool) -> None:
    made = recorded(lambda: sender(retain=retain), preview=preview).resources
    [secret] = [r for r in made if "secretsmanager" in r.type]
    assert secret.type == "aws:secretsmanager/secret:Secret"
    assert secret.inputs["recoveryWindowInDays"] == days


def test_only_the_function_that_sends_reads_the_key() -> None:
    """And with a key of the stack's own, decrypts this secret only, by Secrets Manager only."""
    without_a_key = recorded(sender)
    assert reading(without_a_key) == [allow("secretsmanager:GetSecretValue", on=MADE)]
    made = with_sendgrid()
    assert reading(made.recorder) == [
        allow("secretsmanager:GetSecretValue", on=MADE),
        decrypt(f"arn:aws:kms:{HERE}:key", MADE),
    ]
    assert "ses:SendEmail" not in json.dumps(statements(made.recorder, "send-email"))
    others = {f.name for f in of(made, "lambda/function:Function")} - {"send-email"}
    assert others
    assert not [f for f in others if "secretsmanager" in json.dumps(statements(made.recorder, f))]


def decrypt(key: str, secret: str) -> dict[str, Any]:
    return allow(
        "kms:Decrypt",
        on=key,
        when={
            "StringEquals": {
                "kms:ViaService": "secretsmanager.eu-central-1.amazonaws.com",
                "kms:EncryptionContext:SecretARN": secret,
            }
        },
    )


def test_a_secret_that_exists_is_named() -> None:
    def program() -> None:
        sender(SECRET, KMS_KEY)

    made = recorded(program)
    assert not [r for r in made.resources if "secretsmanager" in r.type]
    assert reading(made) == [
        allow("secretsmanager:GetSecretValue", on=SECRET),
        decrypt(KMS_KEY, SECRET),
    ]
    assert exported(program) == {"sendgrid_key_secret_arn": SECRET}


def test_without_a_network_the_internet_is_there() -> None:
    function = recorded(sender).one("aws:lambda/function:Function", "send-email")
    assert "vpcConfig" not in function.inputs


# The way to the internet


def test_one_function_reaches_the_internet_by_https() -> None:
    made = with_sendgrid()
    groups = {
        f.name: f.inputs["vpcConfig"]["securityGroupIds"]
        for f in of(made, "lambda/function:Function")
        if f.name in in_network()
    }
    out = "network-internet-id"
    assert groups.pop("send-email") == ["network-functions-id", out]
    assert {tuple(ids) for ids in groups.values()} == {("network-functions-id",)}
    anywhere = [
        r.inputs
        for r in of(made, "vpc/securityGroupEgressRule:SecurityGroupEgressRule")
        if "cidrIpv4" in r.inputs
    ]
    assert [
        (r["securityGroupId"], r["cidrIpv4"], r["fromPort"], r["toPort"]) for r in anywhere
    ] == [(out, "0.0.0.0/0", 443, 443)]


def test_the_rules_for_production_hold() -> None:
    """But for a way out that is wider than the program's."""
    resources = seen(with_sendgrid())
    assert broken(resources, production=True) == {}
    [way_out] = [r for r in resources if r.name == "network-internet-https"]
    for changed in ({"fromPort": 0}, {"ipProtocol": "-1"}, {"description": "Any"}):
        wider = replace(way_out, properties={**way_out.properties, **changed})
        others = [r for r in resources if r is not way_out]
        assert list(broken([*others, wider], production=True)) == [
            "row-57-EC2.2-6-15-CK382-ways-out"
        ]


def test_the_route_leads_through_a_nat_gateway_in_a_subnet_of_its_own() -> None:
    made = with_sendgrid()
    routes = {r.name: r.inputs for r in of(made, "ec2/route:Route")}
    assert routes == {
        "network-internet-out": {
            "routeTableId": "network-internet-routes-id",
            "destinationCidrBlock": "0.0.0.0/0",
            "gatewayId": "network-internet-id",
        },
        "network-internet-to-nat": {
            "routeTableId": "network-routes-id",
            "destinationCidrBlock": "0.0.0.0/0",
            "natGatewayId": "network-internet-nat-id",
        },
    }
    [nat] = of(made, "ec2/natGateway:NatGateway")
    assert nat.inputs == {
        "allocationId": "network-internet-address-id",
        "subnetId": "network-internet-public-id",
    }
    before = made_before(made, nat)
    assert ("aws:ec2/route:Route", "network-internet-out") in before
    subnet = inputs(made, "ec2/subnet:Subnet", "network-internet-public")
    assert (subnet["cidrBlock"], subnet["availabilityZone"]) == ("100.64.0.0/28", "eu-central-1a")
    assert subnet["mapPublicIpOnLaunch"] is False
    function = made.recorder.one("aws:lambda/function:Function", "send-email")
    assert ("aws:ec2/route:Route", "network-internet-to-nat") in made_before(made, function)


def test_the_networks_own_subnets_stay() -> None:
    """So that the way out can be switched on where functions run already."""
    before, after = (
        {r.name: r.inputs for r in of(made, "ec2/subnet:Subnet") if "private" in r.name}
        for made in (stack("prod"), with_sendgrid())
    )
    assert before == after


# The configuration


NETWORK = {"cidr": "10.0.0.0/24"}
SENDGRID = {**EMAIL, "provider": "sendgrid"}


def test_a_provider_on_the_internet_needs_a_way_there() -> None:
    [problem] = refused({"email": SENDGRID, "network": NETWORK})
    assert problem.startswith("email: provider is sendgrid, on the internet")
    assert "network.internet to true" in problem
    assert "provider to ses" in problem
    assert loaded({"email": SENDGRID, "network": {**NETWORK, "internet": True}}).network
    assert loaded({"email": SENDGRID}).network is None
    assert loaded({"email": EMAIL, "network": NETWORK}).email.provider == "ses"


def test_an_emulator_stands_in_for_aws_only() -> None:
    [problem] = refused({"email": SENDGRID, "emulator": {"url": "http://localhost:4566"}})
    assert "stands in for AWS only; set provider to ses" in problem


@pytest.mark.parametrize(
    ("email", "says"),
    [
        ({**EMAIL, "apiKey": {"secretArn": SECRET}}, "apiKey is given, and provider is ses"),
        (
            {**EMAIL, "provider": "postmark"},
            "email.provider: is \"postmark\"; input should be 'ses' or 'sendgrid'",
        ),
        ({**SENDGRID, "apiKey": {}}, "apiKey.secretArn: "),
        ({**SENDGRID, "apiKey": {"secretArn": SECRET[:-7]}}, "must be the whole ARN of a secret"),
        ({**SENDGRID, "apiKey": {"secretArn": "SG.a"}}, "must be the whole ARN of a secret"),
        ({**SENDGRID, "apiKey": {**NAMED, "kmsKeyArn": "alias/a"}}, "the ARN of a KMS key"),
    ],
)
def test_what_the_configuration_refuses(email: dict[str, Any], says: str) -> None:
    [problem] = refused({"email": email})
    assert says in problem
