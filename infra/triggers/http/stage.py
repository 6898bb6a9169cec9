"""The stage of a REST API: its logs, tracing and throttling."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.api import Api
from infra.json_text import json_text
from infra.storage.key import Key, arn_of
from infra.triggers.http.account import account_log_role

# No address, user agent or name of the caller; the route instead of the path's values.
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
    """The deployment that the stage serves, and its settings."""

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
        account = account_log_role(name, child) if args.config.account_log_role else None
        self.access_log = aws.cloudwatch.LogGroup(
            f"{name}-access-log",
            name=f"/aws/apigateway/{pulumi.get_project()}-{stage_name}",
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=child,
        )
        # API Gateway itself would create this group without a retention period.
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
                "format": json_text(_ACCESS_LOG),
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
