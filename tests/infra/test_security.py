"""Production keeps every rule, and every rule would be missed if it were broken."""

import copy
import json
from collections.abc import Callable
from typing import Any

import pytest
from security_checks import CHECKS, Made, broken
from stacks import stack

GONE = object()
Path = tuple[str | int, ...]


def prod() -> Made:
    resources = stack("prod").recorder.resources
    return Made({(r.type, r.name): dict(r.inputs) for r in resources if r.custom})


def put(value: Any, path: Path, new: Any) -> Any:
    """Give a copy of ``value`` in which what is at ``path`` is ``new``, inside of JSON text too."""
    if not path:
        return new
    if isinstance(value, str):
        return json.dumps(put(json.loads(value), path, new))
    value = copy.copy(value)
    head, *rest = path
    if new is GONE and not rest:
        del value[head]
    else:
        value[head] = put(value[head] if rest else None, tuple(rest), new)
    return value


@pytest.mark.parametrize("source", CHECKS)
def test_prod_keeps_the_rule(source: str) -> None:
    assert broken(prod()).get(source, []) == []


@pytest.mark.parametrize("source", CHECKS)
def test_a_check_that_finds_nothing_fails(source: str) -> None:
    assert source in broken(Made())


# What each rule is about, broken: (source, type, name, path, new value).
BREAKS: list[tuple[str, str, str, Path, Any]] = [
    ("1 ECR.2, CK51", "ecr/repository:Repository", "get-user-image",
     ("imageTagMutability",), "MUTABLE"),
    ("1 ECR.2, CK51", "ecr/repository:Repository", "get-user-image",
     ("imageTagMutabilityExclusionFilters", 0, "filter"), "*"),
    ("2 ECR.1, CK163", "ecr/repository:Repository", "send-email-image",
     ("imageScanningConfiguration", "scanOnPush"), False),
    ("2 ECR.1, CK163", "ecr/repository:Repository", "send-email-image",
     ("imageScanningConfiguration",), GONE),
    ("4 ECR.3", "ecr/lifecyclePolicy:LifecyclePolicy", "get-user-image-lifecycle", (), GONE),
    ("4 ECR.3", "ecr/lifecyclePolicy:LifecyclePolicy", "get-user-image-lifecycle",
     ("policy", "rules", 1, "selection", "countType"), "sinceImagePushed"),
    ("4 ECR.3", "ecr/lifecyclePolicy:LifecyclePolicy", "get-user-image-lifecycle",
     ("policy", "rules", 0, "selection", "countNumber"), 1),
    ("6 own: deployed by digest, no force delete", "lambda/function:Function", "get-user",
     ("imageUri",), "123456789012.dkr.ecr.eu-central-1.amazonaws.com/get-user-image:latest"),
    ("6 own: deployed by digest, no force delete", "lambda/function:Function", "get-user",
     ("imageUri",), f"r.example.com/get-user-image:tag@sha256:{'0' * 64}"),
    ("6 own: deployed by digest, no force delete", "ecr/repository:Repository", "get-user-image",
     ("forceDelete",), True),
    ("7 CK50, SR WS1000", "lambda/function:Function", "queue-welcome",
     ("tracingConfig", "mode"), "PassThrough"),
    ("7 CK50, SR WS1000", "lambda/function:Function", "queue-welcome", ("tracingConfig",), GONE),
    ("9 CK116, SR ES1007", "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
     "process-upload-async", ("destinationConfig",), GONE),
    ("9 CK116, SR ES1007", "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
     "daily-report-async", (), GONE),
    ("10 own: retries and event age explicit",
     "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
     "cleanup-expired-async", ("maximumEventAgeInSeconds",), GONE),
    ("10 own: retries and event age explicit", "lambda/eventSourceMapping:EventSourceMapping",
     "new-users-mapping", ("maximumRetryAttempts",), -1),
    ("11 SR ES1005/1006", "lambda/function:Function", "daily-report", ("memorySize",), GONE),
    ("11 SR ES1005/1006", "lambda/function:Function", "create-user", ("timeout",), 29),
    ("14 Lambda.1, CK301/364", "lambda/permission:Permission", "uploads-invoke",
     ("sourceAccount",), GONE),
    ("14 Lambda.1, CK301/364", "lambda/permission:Permission", "api-post-users-invoke",
     ("sourceArn",), GONE),
    ("14 Lambda.1, CK301/364", "lambda/permission:Permission", "api-post-users-invoke",
     ("principal",), "*"),
    ("16 own: recursive loops terminate", "lambda/functionRecursionConfig:FunctionRecursionConfig",
     "process-upload-recursion", ("recursiveLoop",), "Allow"),
    ("16 own: recursive loops terminate", "lambda/functionRecursionConfig:FunctionRecursionConfig",
     "process-upload-recursion", (), GONE),
    ("17 own: JSON logs to a log group of the program", "lambda/function:Function", "get-user",
     ("loggingConfig", "logFormat"), "Text"),
    ("17 own: JSON logs to a log group of the program", "lambda/function:Function", "get-user",
     ("loggingConfig", "logGroup"), "/aws/lambda/somebody-elses"),
    ("17 own: JSON logs to a log group of the program", "lambda/function:Function", "get-user",
     ("loggingConfig",), GONE),
    ("18 Nag-IAM5, CK355/286-290", "iam/rolePolicy:RolePolicy", "create-user-policy",
     ("policy", "Statement", 0, "Action"), ["dynamodb:*"]),
    ("18 Nag-IAM5, CK355/286-290", "iam/rolePolicy:RolePolicy", "create-user-policy",
     ("policy", "Statement", 0, "Resource"), "*"),
    ("18 Nag-IAM5, CK355/286-290", "iam/rolePolicy:RolePolicy", "create-user-policy",
     ("policy", "Statement", 0, "Resource"), ["*"]),
    ("18 Nag-IAM5, CK355/286-290", "lambda/function:Function", "create-user",
     ("role",), "arn:aws:iam:eu-central-1:123456789012:get-user-role"),
    ("19 Nag-IAM4, CK274", "iam/role:Role", "get-user-role",
     ("managedPolicyArns",), ["arn:aws:iam::aws:policy/AdministratorAccess"]),
    ("21 CK60/61", "iam/role:Role", "get-user-role",
     ("assumeRolePolicy", "Statement", 0, "Principal"), "*"),
    ("21 CK60/61", "iam/role:Role", "get-user-role",
     ("assumeRolePolicy", "Statement", 0, "Principal"), {"AWS": "*"}),
    ("22 APIGateway.1, CK2_4, Nag-APIG6", "apigateway/methodSettings:MethodSettings",
     "api-stage-settings", ("settings", "loggingLevel"), "OFF"),
    ("23 CK76, Nag-APIG1", "apigateway/stage:Stage", "api-stage", ("accessLogSettings",), GONE),
    ("23 CK76, Nag-APIG1", "apigateway/stage:Stage", "api-stage",
     ("accessLogSettings", "format"), "$context.requestId $context.status"),
    ("24 CK276", "apigateway/methodSettings:MethodSettings", "api-stage-settings",
     ("settings", "dataTraceEnabled"), True),
    ("25 APIGateway.3, CK73", "apigateway/stage:Stage", "api-stage",
     ("xrayTracingEnabled",), False),
    ("26 SR ES2003", "apigateway/methodSettings:MethodSettings", "api-stage-settings",
     ("settings", "throttlingRateLimit"), GONE),
    ("26 SR ES2003", "apigateway/methodSettings:MethodSettings", "api-stage-settings",
     ("settings", "throttlingBurstLimit"), -1),
    ("26 SR ES2003", "apigateway/methodSettings:MethodSettings", "api-stage-settings",
     ("methodPath",), "users/GET"),
    ("29 Nag-APIG2, CK2_53", "apigateway/method:Method", "api-get-users-by-id",
     ("requestValidatorId",), GONE),
    ("29 Nag-APIG2, CK2_53", "apigateway/method:Method", "api-post-users",
     ("requestModels",), GONE),
    ("29 Nag-APIG2, CK2_53", "apigateway/requestValidator:RequestValidator", "api-validator",
     ("validateRequestBody",), False),
    ("31 CK217/237", "apigateway/deployment:Deployment", "api-deployment", ("triggers",), GONE),
    ("32 CK2_75", "apigateway/response:Response", "api-default-4xx",
     ("responseParameters", "gatewayresponse.header.Access-Control-Allow-Origin"), "'*'"),
    ("32 CK2_75", "apigateway/integrationResponse:IntegrationResponse",
     "api-options-users-integration-response",
     ("responseParameters", "method.response.header.Access-Control-Allow-Origin"), "'*'"),
    ("32 CK2_75", "lambda/function:Function", "get-user",
     ("environment", "variables", "CORS_ORIGINS"), "*"),
    ("33 own: errors of the gateway have the API's shape", "apigateway/response:Response",
     "api-throttled", ("responseTemplates", "application/json"),
     '{"message": $context.error.messageString}'),
    ("33 own: errors of the gateway have the API's shape", "apigateway/response:Response",
     "api-default-5xx", (), GONE),
    ("34 DynamoDB.2, CK28, Nag-DDB3", "dynamodb/table:Table", "ledger",
     ("pointInTimeRecovery", "enabled"), False),
    ("35 DynamoDB.6", "dynamodb/table:Table", "users", ("deletionProtectionEnabled",), False),
    ("37 DynamoDB.1", "dynamodb/table:Table", "users", ("billingMode",), "PROVISIONED"),
    ("38 own: a stream for the outbox", "dynamodb/table:Table", "users", ("streamEnabled",), False),
    ("38 own: a stream for the outbox", "dynamodb/table:Table", "users",
     ("streamViewType",), "KEYS_ONLY"),
    *(
        ("39 S3.1/8, CK53-56", "s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
         "storage-public-access", (block,), False)
        for block in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls",
                      "restrictPublicBuckets")
    ),
    ("40 S3.5, Nag-S10", "s3/bucketPolicy:BucketPolicy", "storage-policy",
     ("policy", "Statement", 0, "Effect"), "Allow"),
    ("40 S3.5, Nag-S10", "s3/bucketPolicy:BucketPolicy", "storage-policy",
     ("policy", "Statement", 0, "Resource"), ["arn:aws:s3:eu-central-1:123456789012:storage"]),
    ("41 S3.17, CK145",
     "s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
     "storage-encryption", (), GONE),
    ("42 S3.14, CK21", "s3/bucketVersioning:BucketVersioning", "storage-versioning",
     ("versioningConfiguration", "status"), "Suspended"),
    ("43 S3.13, CK2_61, CK300", "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
     "storage-lifecycle", ("rules", 0, "abortIncompleteMultipartUpload"), GONE),
    ("43 S3.13, CK2_61, CK300", "s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
     "storage-lifecycle", ("rules", 0, "status"), "Disabled"),
    ("45 S3.12, CK2_65", "s3/bucketOwnershipControls:BucketOwnershipControls", "storage-ownership",
     ("rule", "objectOwnership"), "ObjectWriter"),
    ("46 own: what a function writes does not invoke it",
     "s3/bucketNotification:BucketNotification", "uploads-notification",
     ("lambdaFunctions", 0, "filterPrefix"), GONE),
    ("46 own: what a function writes does not invoke it",
     "s3/bucketNotification:BucketNotification", "uploads-notification",
     ("lambdaFunctions", 0, "filterPrefix"), "processed/images/"),
    ("47 SQS.1, CK27, Nag-SQS2", "sqs/queue:Queue", "daily-report-failures",
     ("kmsMasterKeyId",), GONE),
    ("48 Nag-SQS4, SQS.3, CK168/387", "sqs/queuePolicy:QueuePolicy", "emails-policy",
     ("policy", "Statement", 0, "Condition"), GONE),
    ("48 Nag-SQS4, SQS.3, CK168/387", "sqs/queuePolicy:QueuePolicy", "emails-policy",
     ("policy", "Statement", 0, "Effect"), "Allow"),
    ("48 Nag-SQS4, SQS.3, CK168/387", "sqs/queuePolicy:QueuePolicy",
     "new-users-failures-policy", (), GONE),
    ("49 Nag-SQS3, SR ES6000", "sqs/queue:Queue", "emails",
     ("redrivePolicy", "maxReceiveCount"), 4),
    ("49 Nag-SQS3, SR ES6000", "sqs/redriveAllowPolicy:RedriveAllowPolicy", "emails-redrive",
     ("redriveAllowPolicy", "redrivePermission"), "allowAll"),
    ("49 Nag-SQS3, SR ES6000", "sqs/redriveAllowPolicy:RedriveAllowPolicy",
     "new-users-failures-redrive", ("redriveAllowPolicy", "redrivePermission"), "allowAll"),
    ("49 Nag-SQS3, SR ES6000", "sqs/redriveAllowPolicy:RedriveAllowPolicy",
     "daily-report-failures-redrive", (), GONE),
    ("50 AWS docs: visibility timeout", "sqs/queue:Queue", "emails",
     ("visibilityTimeoutSeconds",), 184),
    ("50 AWS docs: visibility timeout", "sqs/queue:Queue", "emails",
     ("visibilityTimeoutSeconds",), GONE),
    ("51 AWS docs: dead letters are kept longest", "sqs/queue:Queue", "emails-dead-letters",
     ("messageRetentionSeconds",), 345_600),
    ("51 AWS docs: dead letters are kept longest", "sqs/queue:Queue", "emails",
     ("messageRetentionSeconds",), 1_209_600),
    ("52 own: partial batches, concurrency capped", "lambda/eventSourceMapping:EventSourceMapping",
     "emails-to-send-mapping", ("functionResponseTypes",), GONE),
    ("52 own: partial batches, concurrency capped", "lambda/eventSourceMapping:EventSourceMapping",
     "emails-to-send-mapping", ("scalingConfig",), GONE),
    ("53 SR ES4000, CK297", "scheduler/schedule:Schedule", "report",
     ("target", "deadLetterConfig"), GONE),
    ("53 SR ES4000, CK297", "scheduler/schedule:Schedule", "report",
     ("target", "retryPolicy", "maximumRetryAttempts"), GONE),
    ("54 CK66/338, CK158", "cloudwatch/logGroup:LogGroup", "api-stage-access-log",
     ("retentionInDays",), 180),
    ("54 CK66/338, CK158", "cloudwatch/logGroup:LogGroup", "api-stage-access-log",
     ("retentionInDays",), GONE),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-get-user-errors",
     ("alarmActions",), []),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-new-users-dead-letters",
     (), GONE),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-emails-dead-letters",
     ("metricName",), "NumberOfMessagesSent"),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-emails-oldest-message",
     (), GONE),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-queue-welcome-iterator-age",
     (), GONE),
    ("55 CK319", "cloudwatch/metricAlarm:MetricAlarm", "monitoring-api-5xx", (), GONE),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "type_", "name", "path", "new"),
    BREAKS,
    ids=[f"{b[0]}: {b[2]} {'.'.join(map(str, b[3]))}" for b in BREAKS],
)
def test_breaking_the_rule_fails_that_check_alone(
    source: str, type_: str, name: str, path: Path, new: Any
) -> None:
    made = prod()
    made.resources = put(made.resources, ((f"aws:{type_}", name), *path), new)
    assert set(broken(made)) == {source}


def test_every_rule_is_broken_once() -> None:
    assert {b[0] for b in BREAKS} == set(CHECKS)
    assert len(CHECKS) == 43


def attach_a_managed_policy(made: Made) -> None:
    key = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "get-user-basic")
    made.resources[key] = {"policyArn": "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"}


def add_a_bucket(made: Made) -> None:
    made.resources["aws:s3/bucket:Bucket", "another"] = {}


def add_a_repository(made: Made) -> None:
    repositories = made.of("ecr/repository:Repository")
    made.resources["aws:ecr/repository:Repository", "another"] = repositories["get-user-image"]


@pytest.mark.parametrize(
    ("change", "sources"),
    [
        (attach_a_managed_policy, {"19 Nag-IAM4, CK274"}),
        (add_a_repository, {"4 ECR.3"}),
        (
            add_a_bucket,
            {
                "39 S3.1/8, CK53-56",
                "40 S3.5, Nag-S10",
                "41 S3.17, CK145",
                "42 S3.14, CK21",
                "43 S3.13, CK2_61, CK300",
                "45 S3.12, CK2_65",
            },
        ),
    ],
)
def test_what_comes_new_is_checked_too(change: Callable[[Made], None], sources: set[str]) -> None:
    made = prod()
    change(made)
    assert set(broken(made)) == sources
