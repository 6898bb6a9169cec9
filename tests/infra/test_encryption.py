"""What is encrypted with the stack's own key, where it has one, and what the key's policy says."""

import importlib
import json
import re
import sys
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pulumi import _types
from pulumi.output import Unknown

from blueprint.recording import Recorded
from tests.support.stacks import PROJECT, STACKS, inputs, made_before, of, stack

ACCOUNT = "123456789012"
HERE = f"eu-central-1:{ACCOUNT}"
KEY = f"arn:aws:kms:{HERE}:key"
KEYED = {"local": None, "dev": None, "prod": KEY}

Inputs = Mapping[str, Any]


def _table(made: Inputs) -> Any:
    encryption = made["serverSideEncryption"]
    assert encryption["enabled"] is ("kmsKeyArn" in encryption)
    return encryption.get("kmsKeyArn")


def _bucket(made: Inputs) -> Any:
    [rule] = made["rules"]
    default = rule["applyServerSideEncryptionByDefault"]
    own = default["sseAlgorithm"] == "aws:kms"
    assert own or default["sseAlgorithm"] == "AES256"
    assert bool(rule.get("bucketKeyEnabled")) is own
    return default.get("kmsMasterKeyId")


def _queue(made: Inputs) -> Any:
    # AWS takes one of the two.
    assert ("kmsMasterKeyId" in made) is not made.get("sqsManagedSseEnabled", False)
    return made.get("kmsMasterKeyId")


def _repository(made: Inputs) -> Any:
    [encryption] = made["encryptionConfigurations"]
    assert encryption["encryptionType"] == ("KMS" if "kmsKey" in encryption else "AES256")
    return encryption.get("kmsKey")


def _machine(made: Inputs) -> Any:
    encryption = made.get("encryptionConfiguration", {"type": "AWS_OWNED_KEY"})
    own = encryption["type"] == "CUSTOMER_MANAGED_KMS_KEY"
    assert ("kmsKeyId" in encryption) is own
    return encryption.get("kmsKeyId")


# Of each type that can be encrypted with a key, how to find which one.
KEY_OF: dict[str, Callable[[Inputs], Any]] = {
    "dynamodb/table:Table": _table,
    "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _bucket,
    "sqs/queue:Queue": _queue,
    "ecr/repository:Repository": _repository,
    "lambda/function:Function": lambda made: made.get("kmsKeyArn"),
    "cloudwatch/logGroup:LogGroup": lambda made: made.get("kmsKeyId"),
    "sfn/stateMachine:StateMachine": _machine,
    "sns/topic:Topic": lambda made: made.get("kmsMasterKeyId"),
}

# What takes a key and is given none, and why.
WITHOUT: dict[str, str] = {
    "s3/bucket:Bucket": "its encryption is a resource of its own",
    "lambda/eventSourceMapping:EventSourceMapping": "its filters are this program's text",
    "scheduler/schedule:Schedule": "its input is this program's text",
}


# S3 writes access logs to no bucket that is encrypted by KMS.
BY_S3 = "-access-log-encryption"

KEYS = {"kms/key:Key", "kms/alias:Alias"}


def sdk_inputs(type_: str) -> set[str]:
    """Return the names of a type's inputs, by the SDK."""
    module, name = type_.partition(":")[2].split(":")
    path = module.split("/")[0]
    found = importlib.import_module(f"pulumi_aws.{'lambda_' if path == 'lambda' else path}")
    source = sys.modules[getattr(found, name).__module__]
    arguments = getattr(source, source.__all__[0])
    return set(_types.input_type_py_to_pulumi_names(arguments).values())


def resources(name: str) -> list[Recorded]:
    return [r for r in stack(name).recorder.resources if r.type.startswith("aws:")]


def test_every_type_that_takes_a_key_is_known_here() -> None:
    """A new type is encrypted, or has a reason not to be."""
    types = {r.type for r in resources("prod")}
    assert len(types) > 30
    takes = {
        type_.removeprefix("aws:")
        for type_ in types
        if re.search("kms|encryption", f"{type_} {sdk_inputs(type_)}", re.IGNORECASE)
    }
    assert takes == {*KEY_OF, *WITHOUT, *KEYS}


@pytest.mark.parametrize("name", STACKS)
@pytest.mark.parametrize("type_", KEY_OF)
def test_each_has_the_stacks_key_or_none(type_: str, name: str) -> None:
    keys = {resource.name: KEY_OF[type_](resource.inputs) for resource in of(stack(name), type_)}
    assert {keys.pop(log) for log in list(keys) if log.endswith(BY_S3)} <= {None}
    assert keys == dict.fromkeys(keys, KEYED[name])


@pytest.mark.parametrize("name", STACKS)
def test_each_bucket_has_its_encryption(name: str) -> None:
    made = stack(name)
    encrypted = of(
        made, "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration"
    )
    buckets = {f"{bucket.name}-id" for bucket in of(made, "s3/bucket:Bucket")}
    assert {resource.inputs["bucket"] for resource in encrypted} == buckets


@pytest.mark.parametrize("type_", KEY_OF)
def test_the_key_and_its_policy_are_there_before(type_: str) -> None:
    """CloudWatch Logs refuses a key whose policy does not allow it."""
    made = stack("prod")
    for resource in of(made, type_):
        after = ("aws:kms/key:Key", "key") in made_before(made, resource)
        assert after is (not resource.name.endswith(BY_S3)), resource.name


def test_the_key() -> None:
    key = inputs(stack("prod"), "kms/key:Key", "key")
    assert set(key) == {"description", "enableKeyRotation", "deletionWindowInDays", "policy"}
    assert key["description"] == f"{PROJECT} (prod)"
    assert key["enableKeyRotation"] is True
    assert key["deletionWindowInDays"] == 30
    [alias] = of(stack("prod"), "kms/alias:Alias")
    assert alias.inputs == {"targetKeyId": "key-id"}


def test_who_may_use_the_key() -> None:
    document = json.loads(inputs(stack("prod"), "kms/key:Key", "key")["policy"])
    assert document == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Account",
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
                "Action": ["kms:*"],
                "Resource": "*",
            },
            {
                "Sid": "LogGroups",
                "Effect": "Allow",
                "Principal": {"Service": "logs.eu-central-1.amazonaws.com"},
                "Action": [
                    "kms:Encrypt",
                    "kms:Decrypt",
                    "kms:ReEncrypt*",
                    "kms:GenerateDataKey*",
                    "kms:Describe*",
                ],
                "Resource": "*",
                "Condition": {
                    "ArnLike": {
                        "kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{HERE}:log-group:*"
                    }
                },
            },
            {
                "Sid": "LogDelivery",
                "Effect": "Allow",
                "Principal": {"Service": "delivery.logs.amazonaws.com"},
                "Action": ["kms:Decrypt"],
                "Resource": "*",
                "Condition": {
                    "StringEquals": {"kms:EncryptionContext:SourceArn": f"arn:aws:logs:{HERE}:*"}
                },
            },
            {
                "Sid": "Alarms",
                "Effect": "Allow",
                "Principal": {"Service": "cloudwatch.amazonaws.com"},
                "Action": ["kms:GenerateDataKey*", "kms:Decrypt"],
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
            },
        ],
    }


@pytest.mark.parametrize("name", ["local", "dev"])
def test_no_key_where_none_is_asked_for(name: str) -> None:
    assert [r.name for r in resources(name) if r.type.startswith("aws:kms/")] == []


def test_a_preview_of_a_new_stack_does_without_the_keys_arn() -> None:
    previewed = stack("prod", preview=True)
    assert "policy" in inputs(previewed, "kms/key:Key", "key")  # its account is known
    for type_ in ("cloudwatch/logGroup:LogGroup", "lambda/function:Function"):
        for resource in of(previewed, type_):
            assert isinstance(KEY_OF[type_](resource.inputs), Unknown), resource.name
            assert ("aws:kms/key:Key", "key") in made_before(previewed, resource)
