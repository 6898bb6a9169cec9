"""The whole system with a KMS key of its own, in a cloud of its own."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from system import Api, keys, until

from local import cloud as local_cloud
from local.cloud import Cloud
from local.mail import sent

EVENTS = Path(__file__).parent.parent / "events"


@pytest.fixture(scope="module")
def encrypted(docker: bool) -> Iterator[Cloud]:
    overrides = {"encryption": {"customerKey": True}}
    with local_cloud.start(config_overrides=overrides, docker=docker) as running:
        yield running


@pytest.fixture(scope="module")
def key(encrypted: Cloud) -> str:
    kms = encrypted.client("kms")
    [alias] = [a for a in kms.list_aliases()["Aliases"] if a["AliasName"].startswith("alias/key-")]
    metadata = kms.describe_key(KeyId=alias["TargetKeyId"])["KeyMetadata"]
    assert kms.get_key_rotation_status(KeyId=metadata["KeyId"])["KeyRotationEnabled"]
    arn: str = metadata["Arn"]
    return arn


def test_it_does_its_whole_job(encrypted: Cloud) -> None:
    api = Api(encrypted.outputs["api_gateway_url"])
    s3, bucket = encrypted.client("s3"), encrypted.outputs["s3_bucket_name"]

    user = api.new_user()
    assert api("GET", f"/users/{user['id']}").body["email"] == user["email"]
    until(lambda: [m for m in sent(encrypted.emulator.port) if m["To"] == [user["email"]]])

    picture = (EVENTS / "picture.jpg").read_bytes()
    s3.put_object(Bucket=bucket, Key="uploads/picture.jpg", Body=picture)
    until(lambda: len(keys(s3, bucket, "processed/picture.jpg/")) == 2)
    s3.put_object(Bucket=bucket, Key="uploads/data.bin", Body=picture)  # copied by S3 itself
    until(lambda: keys(s3, bucket, "processed/data.bin/"))

    for function in ("daily-report", "cleanup-expired"):
        answer = encrypted.client("lambda").invoke(
            FunctionName=encrypted.functions[function].name, Qualifier="live", Payload=b"{}"
        )
        assert "FunctionError" not in answer, answer["Payload"].read()
    assert len(keys(s3, bucket, "reports/")) == 2


def test_no_role_may_use_the_key_by_itself(encrypted: Cloud, key: str) -> None:
    """Only a service may, on its behalf: the emulator's services do not ask, AWS's do."""

    def decisions(role: str, action: str, on: str) -> set[str]:
        results = encrypted.client("iam").simulate_principal_policy(
            PolicySourceArn=role, ActionNames=[action], ResourceArns=[on]
        )["EvaluationResults"]
        return {result["EvalDecision"] for result in results}

    roles = {
        f["FunctionName"].rpartition("-")[0]: f["Role"]
        for f in encrypted.client("lambda").list_functions()["Functions"]
    }
    table = encrypted.client("dynamodb").describe_table(
        TableName=encrypted.outputs["dynamodb_table_name"]
    )["Table"]["TableArn"]
    assert decisions(roles["get-user"], "dynamodb:GetItem", table) == {"allowed"}
    assert len(roles) == len(encrypted.functions)
    for role in roles.values():
        for action in ("kms:Decrypt", "kms:GenerateDataKey", "kms:CreateGrant"):
            assert decisions(role, action, key) == {"implicitDeny"}, role


def test_everything_has_the_key(encrypted: Cloud, key: str) -> None:
    """The emulator stores which key it is, and encrypts nothing."""

    def client(service: str) -> Any:
        return encrypted.client(service)

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
            .head_object(Bucket=encrypted.outputs["s3_bucket_name"], Key=name)
            .get("SSEKMSKeyId")
            for name in keys(client("s3"), encrypted.outputs["s3_bucket_name"], "")
        },
    }
    assert {kind: used for kind, used in found.items() if used != {key}} == {}
