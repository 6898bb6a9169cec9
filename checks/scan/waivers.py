"""What the scanners object to and we keep, each with its reason.

A waiver that waives nothing fails the scan: the reason has gone, and so must the waiver.
"""

from checks.scan.findings import Waiver

_DEV = ("dev",)
_PROD = ("prod",)
_ALL = ("dev", "prod")
_ACCOUNT = ("account",)  # bootstrap/

CHECKOV = (
    # For good, in all stacks.
    Waiver(check="CKV_AWS_120", resources="aws_api_gateway_stage.*", stacks=_ALL,
           reason="A cache of answers would hold personal data."),
    Waiver(check="CKV_AWS_225", resources="aws_api_gateway_method_settings.*", stacks=_ALL,
           reason="A cache of answers would hold personal data."),
    Waiver(check="CKV2_AWS_51", resources="aws_api_gateway_stage.*", stacks=_ALL,
           reason="Client certificates: the gateway's backends are functions, which IAM guards."),
    Waiver(check="CKV2_AWS_53", resources="aws_api_gateway_method.api_options_*", stacks=_ALL,
           reason="The gateway itself answers preflights, which have neither body nor parameters."),
    Waiver(check="CKV_AWS_272", resources="aws_lambda_function.*", stacks=_ALL,
           reason="Lambda signs no container images; they are deployed by digest."),
    Waiver(check="CKV_AWS_116", resources="aws_lambda_function.*", stacks=_ALL,
           reason="Failures of asynchronous functions go to the on-failure destination of their "
                  "FunctionEventInvokeConfig, which checkov does not look at and which has more to "
                  "tell than a dead-letter queue; callers and pollers of the others see them."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.storage", stacks=_ALL,
           reason="Replication to another region: the system lives in one."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="Replication to another region: the system lives in one."),
    Waiver(check="CKV_AWS_145", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="S3 writes access logs to no bucket that is encrypted by KMS."),
    Waiver(check="CKV2_AWS_62", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="Nothing is to happen when a log comes."),
    Waiver(check="CKV2_AWS_77", resources="aws_api_gateway_stage.*", stacks=_PROD,
           reason="The rules against Log4j are there (CKV_AWS_192); beside them it wants the list "
                  "of anonymous addresses, which refuses all who call from a hosting provider, as "
                  "programs do."),
    Waiver(check="CKV_AWS_51", resources="aws_ecr_repository.*", stacks=_ALL,
           reason="Tags are immutable but for the build's cache; checkov knows no exceptions."),
    Waiver(check="CKV_AWS_297", resources="aws_scheduler_schedule.*", stacks=_ALL,
           reason="A schedule holds its own name and time, and nothing of anybody's."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.*", stacks=_ACCOUNT,
           reason="Replication to another region: each has a state of its own."),
    Waiver(check="CKV_AWS_145", resources="aws_s3_bucket.state_access_log", stacks=_ACCOUNT,
           reason="S3 writes access logs to no bucket that is encrypted by KMS."),
    Waiver(check="CKV2_AWS_62", resources="aws_s3_bucket.*", stacks=_ACCOUNT,
           reason="Nothing is to happen when Pulumi writes its state, or a log comes."),
    # For developers: cheap, and quickly gone.
    Waiver(check="CKV_AWS_338", resources="aws_cloudwatch_log_group.*", stacks=_DEV,
           reason="Logs of developers' stacks need not last a year."),
    Waiver(check="CKV_AWS_115", resources="aws_lambda_function.*", stacks=_DEV,
           reason="Reserved concurrency needs a quota that new accounts do not have."),
    Waiver(check="CKV_AWS_117", resources="aws_lambda_function.*", stacks=_DEV,
           reason="A network of its own costs by the hour."),
    Waiver(check="CKV2_AWS_29", resources="aws_api_gateway_stage.*", stacks=_DEV,
           reason="A web ACL costs by the month."),
    Waiver(check="CKV_AWS_18", resources="aws_s3_bucket.storage", stacks=_DEV,
           reason="Who read a developer's bucket is nobody's question."),
    *(
        Waiver(check=check, resources=resources, stacks=_DEV,
               reason="AWS's own key encrypts it: a key of one's own costs by the month.")
        for check, resources in (
            ("CKV_AWS_26", "aws_sns_topic.*"),
            ("CKV_AWS_119", "aws_dynamodb_table.*"),
            ("CKV_AWS_136", "aws_ecr_repository.*"),
            ("CKV_AWS_145", "aws_s3_bucket.storage"),
            ("CKV_AWS_158", "aws_cloudwatch_log_group.*"),
            ("CKV_AWS_173", "aws_lambda_function.*"),
        )
    ),
)  # fmt: skip

PARLIAMENT = (
    # https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/iam-policy-example-lamda-process-dynamodb-streams.html
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_role_policy.new_users_consume",
           stacks=_ALL,
           reason="AWS's reference knows no resource of ListStreams, and AWS's example for Lambda "
                  "names the table's streams: at worst it grants nothing."),
    # A key's policy: its resource, the key, is written as "*".
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    Waiver(check="RESOURCE_STAR", resources="aws_kms_key.*", stacks=_PROD + _ACCOUNT,
           reason="In a key's policy * is that key."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_kms_key.*",
           stacks=_PROD + _ACCOUNT,
           reason="CloudWatch Logs' statement is as AWS gives it: it allows kms:Describe*."),
    Waiver(check="MISMATCHED_TYPE", resources="aws_kms_key.*", stacks=_PROD + _ACCOUNT,
           reason="The context that CloudWatch Logs encrypts with is the group's ARN."),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_role_policy.*_connection", stacks=_PROD,
           reason="Lambda connects functions to a network by their roles, and may fail to where "
                  "they allow it on less: the ARN is as AWS gives it."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_iam_role_policy.*_connection",
           stacks=_PROD,
           reason="lambda:SourceFunctionArn is in every call of a function, to any service."),
    Waiver(check="RESOURCE_MISMATCH", resources="aws_vpc_endpoint.*", stacks=_PROD,
           reason="An endpoint's policy says whose resources are reached by it; what is done with "
                  "them, roles say. What has no resource of this account is not reached."),
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_policy.*", stacks=_ACCOUNT,
           reason="An action on resources of two kinds has a statement for each, on its own "
                  "conditions; tests/checks/scan/test_deploy_policies.py judges them together."),
    Waiver(check="RESOURCE_POLICY_PRIVILEGE_ESCALATION", resources="aws_iam_policy.deploy_*_data",
           stacks=_ACCOUNT,
           reason="Who may write a bucket's policy may let itself read the bucket: whoever deploys "
                  "a stack has the stack's data in hand, and no other's."),
    # https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    Waiver(check="UNKNOWN_FEDERATION_SOURCE", resources="aws_iam_role.*", stacks=_ACCOUNT,
           reason="GitHub is the provider, and no one that parliament knows."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_iam_role.*", stacks=_ACCOUNT,
           reason="GitHub's claims are keys of its provider."),
)  # fmt: skip
