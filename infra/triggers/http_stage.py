"""The stage of a REST API: what is deployed, logged and throttled."""

import json
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config_api import Api
from infra.grants import trust
from infra.key import Key, arn_of

# Of the caller no address, no agent and no name, of the path the route and not its values.
_ACCESS_LOG = {
    "requestId": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "route": "$context.resourcePath",
    "status": "$context.status",
    "responseBytes": "$context.responseLength",
    "latencyMs": "$context.responseLatency",
    "integrationMs": "$context.integrationLatency",
    "error": "$context.error.responseType",
    "apiKeyId": "$context.identity.apiKeyId",
    "clientId": "$context.authorizer.claims.client_id",
    "trace": "$context.xrayTraceId",
}


@dataclass(frozen=True, kw_only=True)
class ApiStageArgs:
    """What the stage serves, and how."""

    api: aws.apigateway.RestApi
    deployment: aws.apigateway.Deployment
    config: Api
    log_retention_days: int
    key: Key | None


class ApiStage(pulumi.ComponentResource):
    """A stage named after the Pulumi stack: JSON access log, errors logged, traced, throttled."""

    def __init__(
        self, name: str, args: ApiStageArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:ApiStage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        stage_name = pulumi.get_stack()
        account = _account(name, child) if args.config.account_log_role else None
        self.access_log = aws.cloudwatch.LogGroup(
            f"{name}-access-log",
            name=f"/aws/apigateway/{pulumi.get_project()}-{stage_name}",
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=child,
        )
        # API Gateway itself would make this one without an end of retention.
        self.execution_log = aws.cloudwatch.LogGroup(
            f"{name}-execution-log",
            name=pulumi.Output.concat("API-Gateway-Execution-Logs_", args.api.id, "/", stage_name),
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=child,
        )
        self.stage = aws.apigateway.Stage(
            name,
            rest_api=args.api.id,
            deployment=args.deployment.id,
            stage_name=stage_name,
            access_log_settings={
                "destination_arn": self.access_log.arn,
                "format": json.dumps(_ACCESS_LOG),
            },
            xray_tracing_enabled=True,
            opts=pulumi.ResourceOptions(
                parent=self, depends_on=[self.execution_log, *([account] if account else [])]
            ),
        )
        self.method_settings = aws.apigateway.MethodSettings(
            f"{name}-settings",
            rest_api=args.api.id,
            stage_name=self.stage.stage_name,
            method_path="*/*",
            settings={
                "metrics_enabled": True,
                "logging_level": "ERROR",
                "data_trace_enabled": False,  # it would log bodies
                "throttling_rate_limit": args.config.throttle.rate_limit,
                "throttling_burst_limit": args.config.throttle.burst_limit,
            },
            opts=child,
        )
        self.register_outputs({})


def _account(name: str, child: pulumi.ResourceOptions) -> aws.apigateway.Account:
    """Let API Gateway write logs: one role for the whole account and region.

    Kept when the stack goes, for other stacks' APIs log by it too.
    """
    kept = pulumi.ResourceOptions.merge(child, pulumi.ResourceOptions(retain_on_delete=True))
    role = aws.iam.Role(
        f"{name}-log-role", assume_role_policy=trust("apigateway.amazonaws.com"), opts=kept
    )
    caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=child.parent))
    region = aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=child.parent))
    partition = aws.get_partition_output(opts=pulumi.InvokeOutputOptions(parent=child.parent))
    logs = pulumi.Output.concat(
        "arn:", partition.partition, ":logs:", region.region, ":", caller.account_id, ":log-group:"
    )
    policy = aws.iam.RolePolicy(
        f"{name}-log-policy",
        role=role.name,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "logs:CreateLogGroup",
                            "logs:CreateLogStream",
                            "logs:DescribeLogStreams",
                            "logs:FilterLogEvents",
                            "logs:GetLogEvents",
                            "logs:PutLogEvents",
                        ],
                        "Resource": [
                            pulumi.Output.concat(logs, "API-Gateway-Execution-Logs_*"),
                            pulumi.Output.concat(logs, "/aws/apigateway/*"),
                        ],
                    },
                    # API Gateway looks for its groups by listing all of them.
                    {"Effect": "Allow", "Action": "logs:DescribeLogGroups", "Resource": "*"},
                ],
            }
        ),
        opts=kept,
    )
    return aws.apigateway.Account(
        f"{name}-account",
        cloudwatch_role_arn=role.arn,
        opts=pulumi.ResourceOptions.merge(kept, pulumi.ResourceOptions(depends_on=[policy])),
    )
