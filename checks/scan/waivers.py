"""Findings that we accept, each with its reason.

A waiver that covers no finding fails the scan: its reason has gone, so remove it.
"""

from checks.scan.findings import Waiver

_DEV = ("dev",)
_PROD = ("prod",)
_ALL = ("dev", "prod")
_ACCOUNT = ("account",)  # bootstrap/

CHECKOV = (
    # In all stacks, permanently.
    Waiver(check="CKV_AWS_120", resources="aws_api_gateway_stage.*", stacks=_ALL,
           reason="A cache of responses would hold personal data."),
    Waiver(check="CKV_AWS_225", resources="aws_api_gateway_method_settings.*", stacks=_ALL,
           reason="A cache of responses would hold personal data."),
    Waiver(check="CKV2_AWS_51", resources="aws_api_gateway_stage.*", stacks=_ALL,
           reason="Client certificates: the gateway's backends are functions, which IAM protects."),
    Waiver(check="CKV2_AWS_51", resources="aws_apigatewayv2_stage.*", stacks=_ALL,
           reason="Client certificates: the gateway's backends are functions, which IAM protects."),
    Waiver(check="CKV_AWS_309", resources="aws_apigatewayv2_route.*", stacks=_ALL,
           reason="$connect takes a ticket of the REST API, which its function spends; without one "
                  "it refuses the connection. The other routes cannot have an authorizer."),
    Waiver(check="CKV_AWS_117", resources="aws_lambda_function.push_*", stacks=_PROD,
           reason="No VPC endpoint reaches the connections of a WebSocket API. The function may "
                  "only use three tables and send to connections."),
    Waiver(check="CKV2_AWS_53", resources="aws_api_gateway_method.api_options_*", stacks=_ALL,
           reason="The gateway itself answers preflight requests, which have neither body nor "
                  "parameters."),
    Waiver(check="CKV_AWS_272", resources="aws_lambda_function.*", stacks=_ALL,
           reason="Lambda does not support code signing for images; they are deployed by digest."),
    Waiver(check="CKV_AWS_116", resources="aws_lambda_function.*", stacks=_ALL,
           reason="Failed events of asynchronous functions go to the on-failure destination of "
                  "their FunctionEventInvokeConfig, which checkov does not check. It gets more "
                  "details than a dead-letter queue. Callers and pollers see all other failures."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.storage", stacks=_ALL,
           reason="Replication to another region: the system runs in one."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="Replication to another region: the system runs in one."),
    Waiver(check="CKV_AWS_145", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="S3 does not write access logs to a bucket that is encrypted with KMS."),
    Waiver(check="CKV2_AWS_62", resources="aws_s3_bucket.storage_access_log", stacks=_PROD,
           reason="Nothing has to happen when a log arrives."),
    Waiver(check="CKV2_AWS_77", resources="aws_api_gateway_stage.*", stacks=_PROD,
           reason="The rules against Log4j are there (CKV_AWS_192). The check also requires the "
                  "list of anonymous addresses, which blocks callers at hosting providers, such "
                  "as programs."),
    Waiver(check="CKV2_AWS_78", resources="aws_appsync_graphql_api.*", stacks=_PROD,
           reason="The same web ACL as the REST API's, see CKV2_AWS_77."),
    Waiver(check="CKV_AWS_297", resources="aws_scheduler_schedule.*", stacks=_ALL,
           reason="A schedule holds its name and time, and no personal data."),
    Waiver(check="CKV_AWS_285", resources="aws_sfn_state_machine.*", stacks=_ALL,
           reason="Every event is logged. The check also requires inputs and outputs in the log, "
                  "where personal data must not be."),
    Waiver(check="CKV_AWS_144", resources="aws_s3_bucket.*", stacks=_ACCOUNT,
           reason="Replication to another region: each region has its own state."),
    Waiver(check="CKV_AWS_145", resources="aws_s3_bucket.state_access_log", stacks=_ACCOUNT,
           reason="S3 does not write access logs to a bucket that is encrypted with KMS."),
    Waiver(check="CKV2_AWS_62", resources="aws_s3_bucket.*", stacks=_ACCOUNT,
           reason="Nothing has to happen when Pulumi writes its state or a log arrives."),
    # Development stacks, which are cheap and short-lived.
    Waiver(check="CKV_AWS_338", resources="aws_cloudwatch_log_group.*", stacks=_DEV,
           reason="Logs of development stacks need not last a year."),
    Waiver(check="CKV_AWS_115", resources="aws_lambda_function.*", stacks=_DEV,
           reason="Reserved concurrency needs a quota that new accounts do not have."),
    Waiver(check="CKV_AWS_117", resources="aws_lambda_function.*", stacks=_DEV,
           reason="A network costs by the hour."),
    Waiver(check="CKV_AWS_287", resources="aws_iam_policy.deploy_*_api", stacks=_ACCOUNT,
           reason="Who deploys makes the API keys of AppSync; no condition can narrow that."),
    Waiver(check="CKV2_AWS_33", resources="aws_appsync_graphql_api.*", stacks=_DEV,
           reason="A web ACL costs by the month."),
    Waiver(check="CKV2_AWS_29", resources="aws_api_gateway_stage.*", stacks=_DEV,
           reason="A web ACL costs by the month."),
    Waiver(check="CKV_AWS_18", resources="aws_s3_bucket.storage", stacks=_DEV,
           reason="A development stack needs no access log."),
    *(
        Waiver(check=check, resources=resources, stacks=_DEV,
               reason="AWS's own key encrypts it: a customer managed key costs by the month.")
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
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_role_policy.*_consume",
           stacks=_ALL, message="*'dynamodb:ListStreams'*",
           reason="AWS's reference has no resource for ListStreams, but AWS's example for Lambda "
                  "names the table's streams. At worst the statement grants nothing."),
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsstepfunctions.html
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_role_policy.*",
           stacks=_ALL, message="*'states:DescribeExecution'*",
           reason="parliament knows only executions of express state machines."),
    # In a key's policy, "*" is the key itself.
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-overview.html
    Waiver(check="RESOURCE_STAR", resources="aws_kms_key.*", stacks=_PROD + _ACCOUNT,
           reason="In a key's policy, * is that key."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_kms_key.*",
           stacks=_PROD + _ACCOUNT,
           reason="The statement for CloudWatch Logs is AWS's own, and allows kms:Describe*."),
    Waiver(check="MISMATCHED_TYPE", resources="aws_kms_key.*", stacks=_PROD + _ACCOUNT,
           reason="CloudWatch Logs encrypts with the log group's ARN as context."),
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_role_policy.*_connection", stacks=_PROD,
           reason="Lambda uses the function's role to connect it to a network, and may fail if the "
                  "role allows less. The ARN is the one that AWS documents."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_iam_role_policy.*_connection",
           stacks=_PROD,
           reason="Lambda sets lambda:SourceFunctionArn in every call that a function makes."),
    Waiver(check="RESOURCE_MISMATCH", resources="aws_vpc_endpoint.*", stacks=_PROD,
           reason="An endpoint's policy limits whose resources can be reached. Roles limit the "
                  "actions. An action without a resource of this account is not allowed."),
    Waiver(check="RESOURCE_MISMATCH", resources="aws_iam_policy.*", stacks=_ACCOUNT,
           reason="An action on two kinds of resources has a statement for each kind, with its own "
                  "conditions. tests/checks/scan/test_deploy_policies.py checks them together."),
    Waiver(check="RESOURCE_POLICY_PRIVILEGE_ESCALATION", resources="aws_iam_policy.deploy_*_data",
           stacks=_ACCOUNT,
           reason="A role that can write a bucket's policy can give itself access to the bucket. "
                  "The deploy role controls its own stack's data, and no other stack's."),
    # https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
    Waiver(check="UNKNOWN_FEDERATION_SOURCE", resources="aws_iam_role.*", stacks=_ACCOUNT,
           reason="The provider is GitHub, which parliament does not know."),
    Waiver(check="UNKNOWN_CONDITION_FOR_ACTION", resources="aws_iam_role.*", stacks=_ACCOUNT,
           reason="The condition keys are GitHub's claims."),
)  # fmt: skip
