"""The whole system with production's configuration, in its own cloud.

It has a key, a network, a firewall and an access log. The emulator stores their configuration but
enforces none of it. So these tests check that the configuration is right, that the calls exist in
AWS's API, and that the system still works.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from blueprint.project import stack_settings
from local import cloud as local_cloud
from local import tokens
from local.cloud import Cloud
from local.mail import sent
from tests.support.e2e.system import Api, keys, logical_name, until
from tests.support.functions import FUNCTIONS, expected, module_of
from tests.support.samples import PICTURE
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # the largest configuration, and the slowest to start

ENDPOINTS = {
    "dynamodb": "dynamodb",
    "s3": "s3",
    "sesv2": "email",
    "sqs": "sqs",
    "stepfunctions": "states",
}
"""The endpoint of each service that functions make clients of."""


@pytest.fixture(scope="module")
def production(docker: bool) -> Iterator[Cloud]:
    with local_cloud.start(stack="prod", docker=docker) as running:
        yield running


@pytest.fixture(scope="module")
def key(production: Cloud) -> str:
    kms = production.client("kms")
    own = f"alias/{PROJECT}-prod-key-"
    [alias] = [a for a in kms.list_aliases()["Aliases"] if a["AliasName"].startswith(own)]
    metadata = kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=metadata["KeyId"])["KeyRotationEnabled"]
    arn: str = metadata["Arn"]
    return arn


def test_it_does_its_whole_job(production: Cloud) -> None:
    token = tokens.fetch(production.outputs, None)
    api = Api(production.outputs["api_gateway_url"], f"Bearer {token}")
    s3, bucket = production.client("s3"), production.outputs["s3_bucket_name"]

    user = api.new_user()
    assert api("GET", f"/users/{user['id']}").body["email"] == user["email"]
    until(lambda: [m for m in sent(production.aws) if m["To"] == [user["email"]]])

    picture = PICTURE.read_bytes()
    s3.put_object(Bucket=bucket, Key="uploads/picture.jpg", Body=picture)
    until(lambda: len(keys(s3, bucket, "processed/picture.jpg/")) == 2)
    s3.put_object(Bucket=bucket, Key="uploads/data.bin", Body=picture)  # S3 itself copies it
    until(lambda: keys(s3, bucket, "processed/data.bin/"))

    for function in (name for name in FUNCTIONS if expected()[name].is_scheduled):
        answer = production.client("lambda").invoke(
            FunctionName=production.functions[function].name, Qualifier="live", Payload=b"{}"
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
    for function in FUNCTIONS:
        for prefix in getattr(module_of(function, "canary"), "WRITES", ()):
            assert keys(s3, bucket, prefix.removeprefix("object "))


def test_no_role_may_use_the_key_by_itself(production: Cloud, key: str) -> None:
    """Only services may use it for a role. AWS's services check this, the emulator's do not."""

    def decisions(role: str, action: str, on: str) -> set[str]:
        results = production.client("iam").simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[on]
        )["EvaluationResults"]
        return {result["EvalDecision"] for result in results}

    roles = {
        logical_name(f["FunctionName"]): f["Role"]
        for f in production.client("lambda").list_functions()["Functions"]
    }
    table = production.client("dynamodb").describe_table(
        TableName=production.outputs["dynamodb_table_name"]
    )["Table"]["TableArn"]
    assert decisions(roles["create-user"], "dynamodb:PutItem", table) == {"allowed"}
    assert len(roles) == len(production.functions)
    for role in roles.values():
        for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"):
            assert decisions(role, action, key) == {"implicitDeny"}, role


def test_everything_has_the_key(production: Cloud, key: str) -> None:
    """The emulator stores the key's ARN, but encrypts nothing."""

    def client(service: str) -> Any:
        return production.client(service)

    found: dict[str, set[str | None]] = {
        "tables": {
            client("dynamodb")
            .describe_table(TableName=name)["Table"]["SSEDescription"]
            .get("KMSMasterKeyArn")
            for name in client("dynamodb").list_tables()["TableNames"]
        },
        "queues": {
            client("sqs")
            .get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            .get("KmsMasterKeyId")
            for url in client("sqs").list_queues()["QueueUrls"]
        },
        "repositories": {
            r["encryptionConfiguration"].get("kmsKey")
            for r in client("ecr").describe_repositories()["repositories"]
        },
        "functions": {f.get("KMSKeyArn") for f in client("lambda").list_functions()["Functions"]},
        "logs": {g.get("kmsKeyId") for g in client("logs").describe_log_groups()["logGroups"]},
        "topics": {
            client("sns")
            .get_topic_attributes(TopicArn=t["TopicArn"])["Attributes"]
            .get("KmsMasterKeyId")
            for t in client("sns").list_topics()["Topics"]
        },
        "objects": {
            client("s3")
            .head_object(Bucket=production.outputs["s3_bucket_name"], Key=name)
            .get("SSEKMSKeyId")
            for name in keys(client("s3"), production.outputs["s3_bucket_name"], "")
        },
    }
    assert {kind: used for kind, used in found.items() if used != {key}} == {}


def in_the_network(production: Cloud) -> list[dict[str, Any]]:
    """Return the settings of functions, but for those that call what no VPC endpoint reaches."""
    every = production.client("lambda").list_functions()["Functions"]
    assert len(every) == len(production.functions)
    outside = {production.functions[n].name for n, each in expected().items() if each.internet}
    assert {f["FunctionName"] for f in every if not f.get("VpcConfig", {}).get("VpcId")} == outside
    return [f for f in every if f["FunctionName"] not in outside]


def test_every_function_runs_in_the_network(production: Cloud) -> None:
    functions = in_the_network(production)
    [vpc] = {f["VpcConfig"]["VpcId"] for f in functions}
    [subnets] = {tuple(f["VpcConfig"]["SubnetIds"]) for f in functions}
    ec2 = production.client("ec2")
    found = ec2.describe_subnets(SubnetIds=list(subnets))["Subnets"]
    assert len({subnet["AvailabilityZone"] for subnet in found}) == 2
    assert not any(subnet["MapPublicIpOnLaunch"] for subnet in found)
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    assert [r for t in ec2.describe_route_tables(Filters=of_vpc)["RouteTables"] for r in t["Routes"]
            if r.get("GatewayId") != "local"] == []  # fmt: skip


def test_the_network_lets_pass_only_what_leads_to_endpoints(production: Cloud) -> None:
    ec2 = production.client("ec2")
    [functions] = {
        group for f in in_the_network(production) for group in f["VpcConfig"]["SecurityGroupIds"]
    }
    [group] = ec2.describe_security_groups(GroupIds=[functions])["SecurityGroups"]
    groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [group["VpcId"]]}])[
        "SecurityGroups"
    ]
    [default] = [g for g in groups if g["GroupName"] == "default"]
    assert (default["IpPermissions"], default["IpPermissionsEgress"]) == ([], [])
    [endpoints] = [g for g in groups if g["GroupId"] not in (functions, default["GroupId"])]
    assert group["IpPermissions"] == endpoints["IpPermissionsEgress"] == []
    rules = [*group["IpPermissionsEgress"], *endpoints["IpPermissions"]]
    assert rules
    for rule in rules:
        assert (rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) == ("tcp", 443, 443)
        assert not rule["IpRanges"]
    made = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert {endpoint["ServiceName"].rpartition(".")[2] for endpoint in made} == {
        ENDPOINTS[service]
        for each in expected().values()
        if not each.internet
        for service in each.services
    }
    [log] = ec2.describe_flow_logs()["FlowLogs"]
    assert (log["ResourceId"], log["TrafficType"]) == (group["VpcId"], "ALL")


def test_the_firewall_stands_before_the_stage(production: Cloud) -> None:
    [api] = production.client("apigateway").get_rest_apis()["items"]
    acl = production.client("wafv2").get_web_acl_for_resource(
        ResourceArn=f"arn:aws:apigateway:eu-central-1::/restapis/{api['id']}/stages/prod"
    )["WebACL"]
    assert [rule["Name"] for rule in acl["Rules"]] == [
        "rate",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    ]


def test_who_reads_the_bucket_is_logged(production: Cloud) -> None:
    s3 = production.client("s3")
    logging = s3.get_bucket_logging(Bucket=production.outputs["s3_bucket_name"])
    target = logging["LoggingEnabled"]["TargetBucket"]
    [rule] = s3.get_bucket_encryption(Bucket=target)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}


def test_every_function_has_its_concurrency(production: Cloud) -> None:
    client = production.client("lambda")
    reserved = {
        name: client.get_function_concurrency(FunctionName=function.name)
        for name, function in production.functions.items()
    }
    wanted = stack_settings("prod")[f"{PROJECT}:functions"]
    assert {name: r["ReservedConcurrentExecutions"] for name, r in reserved.items()} == {
        name: settings["reservedConcurrency"] for name, settings in wanted.items()
    }


def test_what_starts_from_a_snapshot_has_one_of_its_version(production: Cloud) -> None:
    """The emulator takes no snapshot: it marks the version, and starts a worker in advance."""
    wanted = stack_settings("prod")[f"{PROJECT}:functions"]
    for name, function in production.functions.items():
        live = production.client("lambda").get_function_configuration(
            FunctionName=function.name, Qualifier="live"
        )
        expected = "On" if wanted[name].get("snapStart") else "Off"
        assert live["SnapStart"]["OptimizationStatus"] == expected, name
