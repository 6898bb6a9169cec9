"""parliament scans every document, and finds what is broken."""

import json
from typing import Any

import pytest

from blueprint import recorder
from blueprint.arns import ArnRecorder
from blueprint.recording import Options, Recorded
from checks.scan.iam import Document, documents, scan
from checks.scan.schema import Schema

# Resource types with one document each. The count does not depend on how documents are found.
HOLDS_ONE = {
    "aws:ec2/vpcEndpoint:VpcEndpoint",
    "aws:iam/role:Role",
    "aws:iam/rolePolicy:RolePolicy",
    "aws:kms/key:Key",
    "aws:s3/bucketPolicy:BucketPolicy",
    "aws:sns/topicPolicy:TopicPolicy",
    "aws:sqs/queuePolicy:QueuePolicy",
}


def document(**statement: Any) -> Document:
    full = {"Effect": "Allow", **statement}
    text = json.dumps({"Version": "2012-10-17", "Statement": [full]})
    return Document(resource="aws_iam_role_policy.one", text=text)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_document_is_found(schema: Schema, stack: str) -> None:
    recorded = recorder.run(stack, recorder=ArnRecorder).recorder.resources
    found = documents(recorded, schema)
    assert len(found) == len([r for r in recorded if r.type in HOLDS_ONE]) >= 25
    assert "aws_iam_role.create_user_role" in {d.resource for d in found}
    assert "aws_sqs_queue_policy.emails_policy" in {d.resource for d in found}


TABLE = "arn:aws:dynamodb:eu-central-1:123456789012:table/users"


BROKEN = {
    "UNKNOWN_ACTION": document(Action="dynamodb:PutItems", Resource=TABLE),
    "UNKNOWN_PREFIX": document(Action="dinamo:PutItem", Resource=TABLE),
    "RESOURCE_MISMATCH": document(Action="sqs:SendMessage", Resource=TABLE),
    "RESOURCE_STAR": document(Action="dynamodb:PutItem", Resource="*"),
    "INVALID_ARN": document(Action="dynamodb:PutItem", Resource="users"),
    "MALFORMED": document(Action="dynamodb:PutItem"),
    "UNKNOWN_PRINCIPAL": document(Action="sts:AssumeRole", Principal="lambda.amazonaws.com"),
    "UNKNOWN_CONDITION_FOR_ACTION": document(
        Action="dynamodb:PutItem", Resource=TABLE, Condition={"StringEquals": {"s3:prefix": "a"}}
    ),
}


def test_what_is_broken_is_found_and_nothing_else(schema: Schema) -> None:
    assert schema
    sound = document(Action="dynamodb:PutItem", Resource=TABLE)
    trust = document(Action="sts:AssumeRole", Principal={"Service": "lambda.amazonaws.com"})
    found = scan([sound, *BROKEN.values(), trust], "dev")
    assert [finding.check for finding in found] == list(BROKEN)


def test_a_policy_that_is_no_iam_document(schema: Schema) -> None:
    options = Options(
        parent=("", ""),
        depends_on=frozenset(),
        protect=False,
        retain_on_delete=False,
        delete_before_replace=False,
        ignore_changes=frozenset(),
    )
    wrong = Recorded("aws:sqs/queuePolicy:QueuePolicy", "q", {"policy": "{}"}, True, options)
    with pytest.raises(ValueError, match=r"QueuePolicy 'q': policy is not an IAM document: '\{\}'"):
        documents([wrong], schema)
