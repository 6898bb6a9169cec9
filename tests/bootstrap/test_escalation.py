"""Whoever may deploy one stack can neither become more than that nor touch anything else.

By the emulator's evaluator of policies, with the context that AWS would give: see accounts.py.
"""

import pytest

from tests.support.accounts import (
    ACCOUNT,
    BOUNDARY,
    NAMESPACE,
    PROJECT,
    REGION,
    allows,
    boundary,
    policies,
)

NAME = f"{PROJECT}-prod"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/{NAME}-get-user-role-1a2b3c4"
HERE = f"{REGION}:{ACCOUNT}"
BOUNDED = {
    "iam:PermissionsBoundary": f"arn:aws:iam::{ACCOUNT}:policy/deploy-prod-boundary",
}
OWN = {"aws:ResourceTag/Project": PROJECT, "aws:ResourceTag/Environment": "prod"}
OTHERS = {"aws:ResourceTag/Project": PROJECT, "aws:ResourceTag/Environment": "dev"}
FOREIGN = {"aws:ResourceTag/Project": "payroll", "aws:ResourceTag/Environment": "prod"}
NEW = {"aws:RequestTag/Project": PROJECT, "aws:RequestTag/Environment": "prod"}
NEW_ELSEWHERE = NEW | {"aws:RequestTag/Environment": "dev"}
API = f"arn:aws:apigateway:{REGION}::/restapis"
BUCKET = "arn:aws:s3:::state"  # by its logical name, as the recorder answers
LAMBDA = {"iam:PassedToService": "lambda.amazonaws.com"}

Question = tuple[str, str, dict[str, str]]

MAY: list[Question] = [
    ("iam:CreateRole", ROLE, BOUNDED),
    ("iam:PutRolePolicy", ROLE, BOUNDED),
    ("iam:PassRole", ROLE, LAMBDA),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "scheduler.amazonaws.com"}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "vpc-flow-logs.amazonaws.com"}),
    ("lambda:CreateFunction", f"arn:aws:lambda:{HERE}:function:{NAME}-get-user-1a2b3c4", {}),
    ("lambda:UpdateAlias", f"arn:aws:lambda:{HERE}:function:{NAME}-get-user-1a2b3c4:live", {}),
    ("lambda:CreateEventSourceMapping", "*",
     {"lambda:FunctionArn": f"arn:aws:lambda:{HERE}:function:{NAME}-send-email-1a2b3c4:live"}),
    ("dynamodb:UpdateTable", f"arn:aws:dynamodb:{HERE}:table/{NAME}-users-1a2b3c4", {}),
    # What a smoke test has made.
    *(
        (f"dynamodb:{action}", f"arn:aws:dynamodb:{HERE}:table/{NAME}-{table}-1a2b3c4", {})
        for action in ("GetItem", "DeleteItem")
        for table in ("users", "ledger")
    ),
    ("dynamodb:DeleteItem", f"arn:aws:dynamodb:{HERE}:table/{NAME}-user-uploads-1a2b3c4", {}),
    *(
        ("s3:DeleteObject", f"arn:aws:s3:::{NAME}-storage-1a2b3c4/{prefix}/users/a/b", {})
        for prefix in ("uploads", "processed")
    ),
    *(
        ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1",
         OWN | {"kms:ViaService": f"{service}.{REGION}.amazonaws.com"})
        for service in ("dynamodb", "lambda")
    ),
    ("s3:PutBucketPolicy", f"arn:aws:s3:::{NAME}-storage-1a2b3c4", {}),
    ("apigateway:POST", API, NEW),
    ("apigateway:PUT", f"{API}/a1b2/resources/c3/methods/POST", OWN),
    ("apigateway:DELETE", f"{API}/a1b2", OWN),
    ("ec2:CreateVpc", f"arn:aws:ec2:{HERE}:vpc/*", NEW),
    ("ec2:CreateTags", f"arn:aws:ec2:{HERE}:vpc/vpc-1", {"ec2:CreateAction": "CreateVpc"}),
    ("ec2:DeleteVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1", OWN),
    ("kms:CreateKey", "*", NEW),
    ("kms:TagResource", f"arn:aws:kms:{HERE}:key/1", NEW),
    ("kms:PutKeyPolicy", f"arn:aws:kms:{HERE}:key/1", OWN),
    ("kms:CreateGrant", f"arn:aws:kms:{HERE}:key/1", OWN | {"kms:GrantIsForAWSResource": "true"}),
    ("ses:CreateEmailIdentity", f"arn:aws:ses:{HERE}:identity/example.com", {}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z1", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/prod.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/locks/organization/{PROJECT}/prod/1.json", {}),
    ("s3:GetObject", f"{BUCKET}/.pulumi/meta.yaml", {}),
    ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/state-key",
     {"kms:EncryptionContext:stack": "prod"}),
]  # fmt: skip

MAY_NOT: list[Question] = [
    # To make itself more: roles without the boundary, or of another name, or what is not a role.
    ("iam:CreateRole", ROLE, {}),
    ("iam:CreateRole", ROLE,
     {"iam:PermissionsBoundary": "arn:aws:iam::aws:policy/AdministratorAccess"}),
    ("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/admin", BOUNDED),
    ("iam:PutRolePolicy", ROLE, {}),
    ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{NAMESPACE}-prod-deploy", BOUNDED),
    ("iam:PutRolePermissionsBoundary", ROLE, {"iam:PermissionsBoundary": BOUNDARY[:-1]}),
    ("iam:DeleteRolePermissionsBoundary", ROLE, BOUNDED),
    ("iam:AttachRolePolicy", ROLE, BOUNDED),
    ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/{NAMESPACE}-prod-deploy", {}),
    ("iam:CreatePolicyVersion", f"arn:aws:iam::{ACCOUNT}:policy/deploy-prod-boundary", {}),
    ("iam:CreatePolicy", f"arn:aws:iam::{ACCOUNT}:policy/{NAME}-policy", {}),
    ("iam:CreateUser", f"arn:aws:iam::{ACCOUNT}:user/{NAME}-user", {}),
    ("iam:CreateAccessKey", f"arn:aws:iam::{ACCOUNT}:user/admin", {}),
    ("iam:CreateServiceLinkedRole", ROLE, {"iam:AWSServiceName": "wafv2.amazonaws.com"}),
    ("iam:CreateServiceLinkedRole",
     f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/wafv2.amazonaws.com/A",
     {"iam:AWSServiceName": "organizations.amazonaws.com"}),
    ("iam:PassRole", ROLE, {"iam:PassedToService": "ec2.amazonaws.com"}),
    ("iam:PassRole", ROLE, {}),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/admin", LAMBDA),
    ("iam:PassRole", f"arn:aws:iam::{ACCOUNT}:role/{NAMESPACE}-prod-deploy", LAMBDA),
    ("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/admin", {}),
    ("lambda:CreateEventSourceMapping", "*",
     {"lambda:FunctionArn": f"arn:aws:lambda:{HERE}:function:payroll"}),
    # Other stacks and projects.
    ("lambda:UpdateFunctionCode", f"arn:aws:lambda:{HERE}:function:payroll", {}),
    ("lambda:UpdateFunctionCode",
     f"arn:aws:lambda:{HERE}:function:{PROJECT}-dev-get-user-1a2b3c4", {}),
    ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:{NAME}-get-user-1a2b3c4", {}),
    ("dynamodb:UpdateTable", f"arn:aws:dynamodb:{HERE}:table/payroll", {}),
    ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/{PROJECT}-dev-users-1a2b3c4", {}),
    ("dynamodb:DeleteItem", f"arn:aws:dynamodb:{HERE}:table/payroll", {}),
    # Users' records, but one by its key.
    *(
        (f"dynamodb:{action}", f"arn:aws:dynamodb:{HERE}:table/{NAME}-users-1a2b3c4{part}", {})
        for action in ("Query", "Scan", "PartiQLSelect", "BatchGetItem", "PutItem", "UpdateItem")
        for part in ("", "/index/by-day")
    ),
    ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1", OWN),
    ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1",
     OTHERS | {"kms:ViaService": f"dynamodb.{REGION}.amazonaws.com"}),
    ("s3:PutBucketPolicy", "arn:aws:s3:::payroll", {}),
    ("s3:PutBucketPolicy", BUCKET, {}),
    ("s3:GetObject", f"arn:aws:s3:::{NAME}-storage-1a2b3c4/uploads/a", {}),
    ("sqs:DeleteQueue", f"arn:aws:sqs:{HERE}:{PROJECT}-dev-emails-1a2b3c4", {}),
    ("ecr:PutImage", f"arn:aws:ecr:{HERE}:repository/payroll", {}),
    ("logs:DeleteLogGroup", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/payroll", {}),
    ("ses:DeleteEmailIdentity", f"arn:aws:ses:{HERE}:identity/example.org", {}),
    ("route53:ChangeResourceRecordSets", "arn:aws:route53:::hostedzone/Z2", {}),
    ("apigateway:PATCH", f"arn:aws:apigateway:{REGION}::/account", {}),
    ("apigateway:POST", API, {}),
    ("apigateway:POST", API, NEW_ELSEWHERE),
    ("apigateway:PUT", f"arn:aws:apigateway:{REGION}::/tags/arn%3Aaws", NEW_ELSEWHERE),
    *(
        (action, on, tags)
        for tags in ({}, OTHERS, FOREIGN)
        for action, on in (
            ("apigateway:DELETE", f"{API}/a1b2"),
            ("cognito-idp:UpdateUserPool", f"arn:aws:cognito-idp:{HERE}:userpool/1"),
            ("ec2:DeleteVpc", f"arn:aws:ec2:{HERE}:vpc/vpc-1"),
            ("ec2:AuthorizeSecurityGroupIngress", f"arn:aws:ec2:{HERE}:security-group/sg-1"),
            ("ec2:CreateTags", f"arn:aws:ec2:{HERE}:vpc/vpc-1"),
            ("kms:PutKeyPolicy", f"arn:aws:kms:{HERE}:key/1"),
            ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/1"),
        )
    ),
    *(
        (action, on, NEW | tags)  # nothing becomes ours by a tag
        for tags in (OTHERS, FOREIGN)
        for action, on in (
            ("cognito-idp:TagResource", f"arn:aws:cognito-idp:{HERE}:userpool/1"),
            ("kms:TagResource", f"arn:aws:kms:{HERE}:key/1"),
            ("ec2:CreateTags", f"arn:aws:ec2:{HERE}:security-group/sg-1"),
        )
    ),
    ("kms:CreateGrant", f"arn:aws:kms:{HERE}:key/1", OWN),
    # What holds data is not this role's to delete.
    ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/{NAME}-users-1a2b3c4", {}),
    ("s3:DeleteObject", f"arn:aws:s3:::{NAME}-storage-1a2b3c4/uploads/a", {}),
    ("kms:ScheduleKeyDeletion", f"arn:aws:kms:{HERE}:key/1", OWN),
    # The state and the secrets of others.
    ("s3:GetObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/dev.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}-bootstrap/account.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/production.json", {}),
    ("s3:PutObject", f"{BUCKET}/.pulumi/meta.yaml", {}),
    ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/state-key", {}),
    ("kms:Decrypt", f"arn:aws:kms:{HERE}:key/state-key", {"kms:EncryptionContext:stack": "dev"}),
]  # fmt: skip


def in_words(question: Question) -> str:
    action, on, context = question
    return f"{action} {on} {sorted(context.values())}"


def deploy() -> list[str]:
    return list(policies("deploy-prod").values())


@pytest.mark.parametrize("question", MAY, ids=in_words)
def test_what_the_deploy_role_may(question: Question) -> None:
    action, on, context = question
    assert allows(deploy(), action, on, **context)


@pytest.mark.parametrize("question", MAY_NOT, ids=in_words)
def test_what_the_deploy_role_may_not(question: Question) -> None:
    action, on, context = question
    assert not allows(deploy(), action, on, **context)


def test_several_stacks_of_one_environment() -> None:
    documents = list(policies("deploy-preview").values())
    queue = "arn:aws:sqs:" + HERE
    assert allows(documents, "sqs:CreateQueue", f"{queue}:{PROJECT}-pr-12-emails-1a2b3c4")
    assert allows(documents, "s3:PutObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/pr-12.json")
    assert allows(documents, "apigateway:POST", API,
                  **NEW | {"aws:RequestTag/Environment": "pr-12"})  # fmt: skip
    assert not allows(documents, "sqs:CreateQueue", f"{queue}:{PROJECT}-prod-emails-1a2b3c4")
    assert not allows(documents, "s3:GetObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/prod.json")
    assert not allows(documents, "apigateway:POST", API, **NEW)


def test_an_environment_without_a_zone_changes_no_record() -> None:
    assert "route53:ChangeResourceRecordSets" not in policies("deploy-dev")["api"]


@pytest.mark.parametrize(
    ("action", "on"),
    [
        ("iam:CreateRole", ROLE),
        ("iam:PassRole", ROLE),
        ("sts:AssumeRole", "*"),
        ("s3:GetObject", f"{BUCKET}/.pulumi/stacks/{PROJECT}/prod.json"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/payroll"),
        ("dynamodb:DeleteTable", f"arn:aws:dynamodb:{HERE}:table/{NAME}-users-1a2b3c4"),
        ("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:payroll"),
    ],
)
def test_no_role_of_a_stack_goes_beyond_its_boundary(action: str, on: str) -> None:
    """Even one whose own policy allows everything: a boundary that does not allow, denies."""
    assert not allows([boundary("prod")], action, on)
