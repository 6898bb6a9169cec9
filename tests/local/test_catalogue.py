"""Every counterpart makes its resource on a real emulator."""

import base64
import json
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from local import cloud as local_cloud
from local.errors import LocalError
from local.resources import registry
from local.tokens import fetch

PROGRAM = (Path(__file__).parents[1] / "support/local/catalogue.py").read_text()
HANDLER = "def handler(event, context):\n    return {'statusCode': 200, 'body': event['body']}\n"


@pytest.fixture(scope="module")
def created_types():
    """Return the created types in order of creation."""
    return []


@pytest.fixture(scope="module")
def catalogue(created_types, tmp_path_factory):
    folder = tmp_path_factory.mktemp("catalogue")
    (folder / "Pulumi.yaml").write_text("name: catalogue\nruntime: python\n")
    (folder / "Pulumi.local.yaml").write_text("config: {}\n")
    (folder / "__main__.py").write_text(PROGRAM)
    (folder / "handlers" / "one").mkdir(parents=True)
    (folder / "handlers" / "one" / "handler.py").write_text(HANDLER)
    original = registry.counterpart

    def counterpart(request):
        created_types.append(request.type)
        return original(request)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "counterpart", counterpart)
        running = local_cloud.start(root=folder)
    with running:
        yield running


def test_the_program_has_every_type(catalogue, created_types):
    assert set(created_types) == set(registry.RESOURCES)


def test_outputs(catalogue):
    outputs = catalogue.outputs
    assert outputs["fifo"].endswith(".fifo")
    assert outputs["model"].isalnum()
    assert ":v1@sha256:" in outputs["image"]
    assert outputs["url"].startswith(catalogue.endpoint)


def call(catalogue, headers, data=b"{}"):
    request = urllib.request.Request(
        f"{catalogue.outputs['url']}/users",
        data=data,
        headers={"Content-Type": "application/json", **headers},
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as response:
            return response.status, json.loads(response.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.loads(error.read())


def test_the_api_wants_its_key_and_shapes_its_errors(catalogue):
    assert call(catalogue, {}) == (403, {"error": "Forbidden"})


def test_the_api_reaches_its_function_by_the_alias(catalogue):
    # It needs permission first: API Gateway was not given any.
    catalogue.client("lambda").add_permission(
        FunctionName=catalogue.functions["one"].name,
        Qualifier="live",
        StatementId="api",
        Action="lambda:InvokeFunction",
        Principal="apigateway.amazonaws.com",
    )
    assert call(catalogue, {"x-api-key": catalogue.outputs["key"]}) == (200, {})


def test_settings_arrive(catalogue):
    bucket = catalogue.outputs["bucket"]
    s3 = catalogue.client("s3")
    notification = s3.get_bucket_notification_configuration(Bucket=bucket)
    [function] = notification["LambdaFunctionConfigurations"]
    assert function["LambdaFunctionArn"].endswith(":live")
    assert {r["Name"].lower(): r["Value"] for r in function["Filter"]["Key"]["FilterRules"]} == {
        "prefix": "uploads/",
        "suffix": ".jpg",
    }
    rules = s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]
    assert {rule["ID"] for rule in rules} == {"a", "b"}
    [pages] = s3.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert pages["AllowedMethods"] == ["GET", "POST"]
    mappings = catalogue.client("lambda").list_event_source_mappings()["EventSourceMappings"]
    [stream] = [m for m in mappings if "/stream/" in m["EventSourceArn"]]
    assert stream["DestinationConfig"]["OnFailure"]["Destination"]
    assert stream["FilterCriteria"]["Filters"]
    [queue] = [m for m in mappings if ":sqs:" in m["EventSourceArn"]]
    assert queue["ScalingConfig"] == {"MaximumConcurrency": 2}
    assert queue["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    key = catalogue.outputs["encryption_key"]
    [logs] = catalogue.client("logs").describe_log_groups(logGroupNamePrefix="logs-")["logGroups"]
    assert logs["kmsKeyId"] == key
    repositories = catalogue.client("ecr").describe_repositories()["repositories"]
    encryptions = {
        r["repositoryName"].rpartition("-")[0]: r["encryptionConfiguration"] for r in repositories
    }
    assert encryptions["encrypted"] == {"encryptionType": "KMS", "kmsKey": key}
    assert encryptions["repository"] == {"encryptionType": "AES256"}
    cognito = catalogue.client("cognito-idp")
    pool = cognito.describe_user_pool(UserPoolId=catalogue.outputs["user_pool_id"])["UserPool"]
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 20
    assert pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] is True
    assert (pool["MfaConfiguration"], pool["UserPoolTier"]) == ("ON", "LITE")


def test_the_network_arrives(catalogue):
    ec2, vpc = catalogue.client("ec2"), catalogue.outputs["vpc_id"]
    of_vpc = [{"Name": "vpc-id", "Values": [vpc]}]
    [subnet] = ec2.describe_subnets(Filters=of_vpc)["Subnets"]
    assert (subnet["AvailabilityZone"], subnet["MapPublicIpOnLaunch"]) == ("us-east-1b", True)
    groups = ec2.describe_security_groups(Filters=of_vpc)["SecurityGroups"]
    [default] = [group for group in groups if group["GroupName"] == "default"]
    assert (default["IpPermissions"], default["IpPermissionsEgress"]) == ([], [])
    [inside] = [group for group in groups if group["GroupName"] != "default"]
    [pair] = [pair for rule in inside["IpPermissions"] for pair in rule["UserIdGroupPairs"]]
    assert (pair["GroupId"], pair["Description"]) == (inside["GroupId"], "From itself")
    addresses = [entry for rule in inside["IpPermissions"] for entry in rule["IpRanges"]]
    assert addresses == [{"CidrIp": "10.0.0.0/8"}]
    [out] = inside["IpPermissionsEgress"]  # not the one by which everything may go out
    assert (out["IpProtocol"], out["FromPort"], out["IpRanges"]) == ("tcp", 443, [])
    tables = ec2.describe_route_tables(Filters=of_vpc)["RouteTables"]
    assert subnet["SubnetId"] in {a.get("SubnetId") for t in tables for a in t["Associations"]}
    endpoints = ec2.describe_vpc_endpoints()["VpcEndpoints"]
    assert {(e["ServiceName"], e["VpcEndpointType"]) for e in endpoints} == {
        ("com.amazonaws.us-east-1.s3", "Gateway"),
        ("com.amazonaws.us-east-1.email", "Interface"),
    }
    [flow] = ec2.describe_flow_logs()["FlowLogs"]
    assert (flow["ResourceId"], flow["TrafficType"]) == (vpc, "REJECT")


def test_the_firewall_arrives(catalogue):
    [listed] = catalogue.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"]
    stages = catalogue.client("wafv2").list_resources_for_web_acl(WebACLArn=listed["ARN"])
    assert [arn.rpartition("/")[2] for arn in stages["ResourceArns"]] == ["v1"]
    acl = catalogue.client("wafv2").get_web_acl(
        Name=listed["Name"], Scope="REGIONAL", Id=listed["Id"]
    )["WebACL"]
    [rule] = acl["Rules"]
    assert rule["Statement"] == {"RateBasedStatement": {"AggregateKeyType": "IP", "Limit": 100}}
    assert rule["Action"]["Block"]["CustomResponse"]["ResponseCode"] == 429
    assert rule["VisibilityConfig"]["CloudWatchMetricsEnabled"] is True


def test_a_token_is_of_the_pool_and_opens_the_method(catalogue):
    assert catalogue.outputs["token_endpoint"] == f"{catalogue.endpoint}/oauth2/token"
    for scopes in (None, "things/read"):
        token = fetch(catalogue.outputs, scopes)
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        assert claims["scope"] == "things/read"
        assert claims["exp"] - claims["iat"] == 300
        assert call(catalogue, {"Authorization": f"Bearer {token}"}, None)[0] == 200
    assert call(catalogue, {}, None) == (401, {"error": "Unauthorized"})


def test_a_scope_that_the_client_may_not_have(catalogue):
    with pytest.raises(
        LocalError, match=r"There is no token for things/write: invalid_\w+\. A scope begins"
    ):
        fetch(catalogue.outputs, "things/write")


def test_an_authorizer_of_a_pool_that_is_not_there(project_folder):
    folder = project_folder(
        "import pulumi_aws as aws\n"
        "api = aws.apigateway.RestApi('api')\n"
        "aws.apigateway.Authorizer('a', rest_api=api.id, type='COGNITO_USER_POOLS', "
        "provider_arns=['arn:aws:cognito-idp:us-east-1:000000000000:userpool/us-east-1_None'])\n"
    )
    with pytest.raises(LocalError, match=r"'a' could not be made.\n  ResourceNotFoundException"):
        local_cloud.start(root=folder)


def test_a_state_machine_calls_an_alias(catalogue):
    states = catalogue.client("stepfunctions")
    [machine] = states.list_state_machines()["stateMachines"]
    arn = machine["stateMachineArn"]
    started = states.start_execution(stateMachineArn=arn, input=json.dumps({"body": "a body"}))
    deadline = time.monotonic() + 10
    while (found := states.describe_execution(**_only_arn(started)))["status"] == "RUNNING":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert json.loads(found["output"]) == {"statusCode": 200, "body": "a body"}


def _only_arn(started):
    return {"executionArn": started["executionArn"]}
