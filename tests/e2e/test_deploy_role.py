"""The whole deployment, under a role that has only the deploy role's policies.

The emulator enforces actions and resources. The test removes conditions, because the emulator knows
neither tags nor boundaries; tests/bootstrap/test_escalation.py evaluates the conditions.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError

from blueprint.project import ROOT
from blueprint.recorder import run
from blueprint.recording import ACCOUNT, REGION
from cli import main as app
from infra.emulator_roles import for_role
from local import tokens
from local.aws import ACCOUNT_ID, Aws
from local.credentials import Credentials
from local.deployed import Deployed
from local.deployer import deploy
from local.emulator import Emulator, free_port
from local.mail import sent
from local.project import Project, load
from tests.support.e2e.system import Api, until
from tests.support.functions import expected
from tests.support.stacks import PROJECT

pytestmark = pytest.mark.long  # each run takes a cloud; tests/bootstrap evaluates the policies

# Actions that the emulator (1.5.33) requires unlike AWS, or `local` in addition to the provider.
DIFFERENCES = {
    "cloudwatch:PutDashboard": "asked for on *",
    "ec2:CreateFlowLogs": "asked for on *",
    "ec2:CreateVpc": "asked for on *",
    "ec2:DescribeAvailabilityZones": "local/ looks the zones up of which the provider is told",
    "kms:CreateAlias": "asked for on *",
    "lambda:CreateFunction": "asked for on *",
    "lambda:ListAliases": "asked for in place of lambda:UpdateAlias",
    "wafv2:AssociateWebACL": "asked for on *",
}
ENVIRONMENTS = {
    "local": {"sender": "example.com", "destroy": True},
    "prod": {"sender": "example.com"},
}


@dataclass(frozen=True)
class Deployment:
    """A deployment by root and by the role, whose calls ``signer`` signs."""

    emulator: Emulator
    root: Aws
    role: Aws
    signer: Credentials
    deployed: Deployed


@pytest.fixture(scope="module", params=["local", "prod"])
def deployment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    project = load(request.param)
    emulator = Emulator(
        port=free_port(), directory=tmp_path_factory.mktemp("emulator"), region=project.region
    )
    try:
        emulator.start()
        emulator.wait_until_healthy()
        root = Aws(emulator.endpoint, project.region, emulator.credentials)
        boundary = bootstrap(root, project)
        signer = assumed(root)
        role = Aws(root.endpoint, project.region, signer)
        made = deploy(load(project.stack, overrides={"permissionsBoundary": boundary}), role)
        yield Deployment(emulator, root, role, signer, made.deployed)
    finally:
        emulator.stop()


def bootstrap(root: Aws, project: Project) -> str:
    """Create the role ``deploy`` and the boundary; return the boundary's ARN."""
    environments = {project.stack: ENVIRONMENTS[project.stack]}
    recorder = run(
        "account",
        folder=ROOT / "bootstrap",
        settings={f"{PROJECT}-bootstrap:environments": environments},
    ).recorder
    iam = root.client("iam")
    trusted = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT_ID}, "Action": "sts:AssumeRole"}
    iam.create_role(RoleName="deploy", AssumeRolePolicyDocument=document([trusted]))
    differing = {"Effect": "Allow", "Action": list(DIFFERENCES), "Resource": "*"}
    iam.put_role_policy(
        RoleName="deploy", PolicyName="differences", PolicyDocument=document([differing])
    )
    boundary = ""
    for policy in recorder.all("aws:iam/policy:Policy"):
        if not policy.name.startswith(f"deploy-{project.stack}-"):
            continue
        text = policy.inputs["policy"].replace(REGION, project.region).replace(ACCOUNT, ACCOUNT_ID)
        statements = [
            {key: value for key, value in statement.items() if key != "Condition"}
            for statement in json.loads(text)["Statement"]
        ]
        made = iam.create_policy(
            PolicyName=policy.name, PolicyDocument=for_role(document(statements))
        )
        if policy.name.endswith("-boundary"):
            boundary = made["Policy"]["Arn"]
        else:
            iam.attach_role_policy(RoleName="deploy", PolicyArn=made["Policy"]["Arn"])
    assert boundary
    return boundary


def assumed(root: Aws) -> Credentials:
    given = root.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT_ID}:role/deploy", RoleSessionName="deployment"
    )["Credentials"]
    return Credentials(given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])


def document(statements: list[dict[str, Any]]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def test_all_is_made_by_the_role(deployment: Deployment) -> None:
    made = deployment.root.client("lambda").list_functions()["Functions"]
    assert len(made) == len(deployment.deployed.functions) == len(expected())
    roles = [
        role
        for role in deployment.root.client("iam").list_roles()["Roles"]
        if role["RoleName"].startswith(f"{PROJECT}-")
    ]
    assert len(roles) >= 9
    get = deployment.root.client("iam").get_role
    bounded = {
        get(RoleName=role["RoleName"])["Role"]
        .get("PermissionsBoundary", {})
        .get("PermissionsBoundaryArn", "")
        .rpartition("-")[2]
        for role in roles
    }
    assert bounded == {"boundary"}


def test_the_role_cannot_become_more(deployment: Deployment) -> None:
    iam = deployment.role.client("iam")
    name = f"{PROJECT}-local-x"
    everybody = document([{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}])
    administrator = "arn:aws:iam::aws:policy/AdministratorAccess"
    everything = document([{"Effect": "Allow", "Action": "*", "Resource": "*"}])
    boundary = deployment.root.client("iam").list_policies(Scope="Local")["Policies"][0]["Arn"]
    for operation, arguments in (
        ("create_role", {"RoleName": "admin", "AssumeRolePolicyDocument": everybody}),
        ("update_assume_role_policy", {"RoleName": "deploy", "PolicyDocument": everybody}),
        ("attach_role_policy", {"RoleName": "deploy", "PolicyArn": administrator}),
        ("put_role_policy",
         {"RoleName": "deploy", "PolicyName": "x", "PolicyDocument": everything}),
        ("delete_role_permissions_boundary", {"RoleName": name}),
        ("create_policy_version", {"PolicyArn": boundary, "PolicyDocument": everything}),
        ("create_user", {"UserName": name}),
        ("create_access_key", {"UserName": name}),
    ):  # fmt: skip
        refused(iam, operation, arguments)


def test_other_projects_are_out_of_reach(deployment: Deployment) -> None:
    root, role = deployment.root, deployment.role
    root.client("s3").create_bucket(Bucket="payroll", **location(deployment.root.region))
    queue = root.client("sqs").create_queue(QueueName="payroll")["QueueUrl"]
    table = {
        "TableName": "payroll",
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "BillingMode": "PAY_PER_REQUEST",
    }
    root.client("dynamodb").create_table(**table)
    users = deployment.deployed.outputs["dynamodb_table_name"]
    storage = deployment.deployed.outputs["s3_bucket_name"]
    for service, operation, arguments in (
        ("s3", "delete_bucket_policy", {"Bucket": "payroll"}),
        ("s3", "list_objects_v2", {"Bucket": "payroll"}),
        ("s3", "get_object", {"Bucket": storage, "Key": "uploads/a"}),
        ("sqs", "delete_queue", {"QueueUrl": queue}),
        ("sqs", "receive_message", {"QueueUrl": deployment.deployed.outputs["sqs_queue_url"]}),
        ("dynamodb", "delete_table", {"TableName": "payroll"}),
        ("dynamodb", "get_item", {"TableName": "payroll", "Key": {"id": {"S": "a"}}}),
        ("dynamodb", "delete_item", {"TableName": "payroll", "Key": {"id": {"S": "a"}}}),
        ("dynamodb", "put_item", {"TableName": users, "Item": {"id": {"S": "a"}}}),
        ("dynamodb", "scan", {"TableName": users}),
        ("dynamodb", "create_table", {**table, "TableName": "another"}),
    ):
        refused(role.client(service), operation, arguments)


def test_functions_do_their_job_within_the_boundary(deployment: Deployment) -> None:
    outputs = deployment.deployed.outputs
    token = tokens.fetch(outputs, None) if "token_endpoint" in outputs else None
    user = Api(outputs["api_gateway_url"], f"Bearer {token}" if token else None).new_user()
    until(lambda: [m for m in sent(deployment.root) if m["To"] == [user["email"]]])


def test_a_smoke_test_runs_as_the_role(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs, role, signer = deployment.deployed.outputs, deployment.role, deployment.signer
    monkeypatch.setenv("AWS_ENDPOINT_URL", role.endpoint)
    monkeypatch.setenv("AWS_REGION", role.region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", signer.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", signer.secret_key)
    monkeypatch.setenv("AWS_SESSION_TOKEN", signer.token or "")
    for output in ("api_key", "token_endpoint", "client_id", "client_secret"):
        if output in outputs:
            monkeypatch.setenv(output.upper(), outputs[output])
    code = app(["smoke", outputs["api_gateway_url"]])
    printed = capsys.readouterr()
    assert (code, printed.err) == (0, ""), printed.out


def refused(client: Any, operation: str, arguments: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match=r"AccessDenied|not authorized"):
        getattr(client, operation)(**arguments)


def location(region: str) -> dict[str, Any]:
    return (
        {}
        if region == "us-east-1"
        else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    )
