"""Deployments and stages of an API."""

from typing import Any

from local.aws import ACCOUNT_ID
from local.resources.names import present
from local.resources.registry import Made, Request, resource


@resource(
    "aws:apigateway/deployment:Deployment",
    passes="restApi description variables",
    ignores="triggers",  # they redeploy changed routes; here everything is new
)
def deployment(request: Request) -> Made:
    """Make a deployment: a snapshot of the API's methods for a stage to serve."""
    made = request.client("apigateway").create_deployment(
        restApiId=request.require("restApi"),
        **present(description=request.get("description"), variables=request.get("variables")),
    )
    return Made(made["id"], {"createdDate": str(made.get("createdDate", ""))})


@resource(
    "aws:apigateway/stage:Stage",
    passes=(
        "restApi stageName deployment description variables xrayTracingEnabled accessLogSettings"
    ),
    ignores="cacheClusterEnabled cacheClusterSize clientCertificateId documentationVersion",
)
def stage(request: Request) -> Made:
    """Make a stage of a deployment, at the emulator's own form of URL."""
    client = request.client("apigateway")
    api, name = request.require("restApi"), request.require("stageName")
    client.create_stage(
        restApiId=api,
        stageName=name,
        deploymentId=request.require("deployment"),
        **present(
            description=request.get("description"),
            variables=request.get("variables"),
            tracingEnabled=request.get("xrayTracingEnabled"),
        ),
    )
    logs = request.get("accessLogSettings")
    if logs:
        _patch(
            request,
            {
                "/accessLogSettings/destinationArn": logs["destinationArn"],
                "/accessLogSettings/format": logs["format"],
            },
        )
    target = request.target
    return Made(
        f"ags-{api}-{name}",
        {
            "arn": f"arn:aws:apigateway:{target.aws.region}::/restapis/{api}/stages/{name}",
            "executionArn": target.arn("execute-api", f"{api}/{name}"),
            "invokeUrl": f"{target.aws.endpoint}/_aws/execute-api/{api}/{name}",
        },
    )


_SETTINGS = {
    "cacheDataEncrypted": "caching/dataEncrypted",
    "cacheTtlInSeconds": "caching/ttlInSeconds",
    "cachingEnabled": "caching/enabled",
    "dataTraceEnabled": "logging/dataTrace",
    "loggingLevel": "logging/loglevel",
    "metricsEnabled": "metrics/enabled",
    "throttlingBurstLimit": "throttling/burstLimit",
    "throttlingRateLimit": "throttling/rateLimit",
}


@resource(
    "aws:apigateway/methodSettings:MethodSettings",
    passes="restApi stageName methodPath settings",
)
def method_settings(request: Request) -> Made:
    """Set logging and throttling of a stage's methods."""
    # "*/*" is every method; in "users/{id}/GET" the path's slashes are written ~1.
    path, _, method = request.require("methodPath").rpartition("/")
    place = f"/{path.replace('/', '~1')}/{method}"
    settings = {k: v for k, v in request.require("settings").items() if v is not None}
    _patch(request, {f"{place}/{_SETTINGS[key]}": value for key, value in settings.items()})
    return Made(f"{request.require('restApi')}-{request.require('stageName')}-{path}/{method}")


@resource(
    "aws:apigateway/account:Account",
    passes="cloudwatchRoleArn",
)
def account(request: Request) -> Made:
    """Set the role with which API Gateway writes logs."""
    request.client("apigateway").update_account(
        patchOperations=[
            {
                "op": "replace",
                "path": "/cloudwatchRoleArn",
                "value": request.get("cloudwatchRoleArn", ""),
            }
        ]
    )
    return Made(ACCOUNT_ID)


def _patch(request: Request, values: dict[str, Any]) -> None:
    operations = [
        {
            "op": "replace",
            "path": path,
            "value": str(value).lower() if isinstance(value, bool) else str(value),
        }
        for path, value in values.items()
    ]
    request.client("apigateway").update_stage(
        restApiId=request.require("restApi"),
        stageName=request.require("stageName"),
        patchOperations=operations,
    )
