"""Deployments and stages of an API."""

from typing import Any

from local.aws import ACCOUNT_ID
from local.resources.names import present
from local.resources.registry import ANEW, PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:apigateway/deployment:Deployment",
    passes="restApi description variables triggers",
    delete=lambda request: request.client("apigateway").delete_deployment(
        restApiId=request.require("restApi"), deploymentId=request.id
    ),
)
def deployment(request: Request) -> ResourceState:
    """Make a deployment: a snapshot of the API's methods for a stage to serve."""
    response = request.client("apigateway").create_deployment(
        restApiId=request.require("restApi"),
        **present(description=request.get("description"), variables=request.get("variables")),
    )
    return ResourceState(response["id"], {"createdDate": str(response.get("createdDate", ""))})


def _update_stage(request: Request) -> ResourceState:
    """Set what changed of a stage, such as the deployment that it serves."""
    values: dict[str, Any] = {}
    if request.changed("deployment"):
        values["/deploymentId"] = request.require("deployment")
    if request.changed("description"):
        values["/description"] = request.get("description", "")
    if request.changed("xrayTracingEnabled"):
        values["/tracingEnabled"] = bool(request.get("xrayTracingEnabled"))
    values |= _access_log(request)
    if values:
        _patch(request, values)
    if request.changed("accessLogSettings") and not request.get("accessLogSettings"):
        _remove(request, "/accessLogSettings")
    if request.changed("variables"):
        _remove(request, "/variables")
        variables = request.get("variables", {})
        _patch(request, {f"/variables/{name}": value for name, value in variables.items()})
    return request.unchanged()


@resource(
    "aws:apigateway/stage:Stage",
    passes=(
        "restApi stageName deployment description variables xrayTracingEnabled accessLogSettings"
    ),
    ignores="cacheClusterEnabled cacheClusterSize clientCertificateId documentationVersion",
    update=_update_stage,
    fixed="restApi stageName",
    delete=lambda request: request.client("apigateway").delete_stage(
        restApiId=request.require("restApi"), stageName=request.require("stageName")
    ),
)
def stage(request: Request) -> ResourceState:
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
    if logs := _access_log(request):
        _patch(request, logs)
    target = request.target
    return ResourceState(
        f"ags-{api}-{name}",
        {
            "arn": f"arn:aws:apigateway:{target.aws.region}::/restapis/{api}/stages/{name}",
            "executionArn": target.arn("execute-api", f"{api}/{name}"),
            "invokeUrl": f"{target.aws.endpoint}/_aws/execute-api/{api}/{name}",
        },
    )


def _access_log(request: Request) -> dict[str, Any]:
    logs = request.get("accessLogSettings")
    if not logs:
        return {}
    return {f"/accessLogSettings/{name}": logs[name] for name in ("destinationArn", "format")}


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
    update=ANEW,
    delete=lambda request: _remove(request, _method_place(request)),
)
def method_settings(request: Request) -> ResourceState:
    """Set logging and throttling of a stage's methods."""
    place = _method_place(request)
    settings = {k: v for k, v in request.require("settings").items() if v is not None}
    _patch(request, {f"{place}/{_SETTINGS[key]}": value for key, value in settings.items()})
    place = request.require("methodPath")
    return ResourceState(f"{request.require('restApi')}-{request.require('stageName')}-{place}")


def _method_place(request: Request) -> str:
    """Return where a stage keeps the settings of a method.

    ``*/*`` is every method; in ``users/{id}/GET`` the path's slashes are written ``~1``.
    """
    path, _, method = request.require("methodPath").rpartition("/")
    return f"/{path.replace('/', '~1')}/{method}"


@resource(
    "aws:apigateway/account:Account",
    passes="cloudwatchRoleArn",
    update=PUT,
    delete=lambda _request: None,  # the account has one, and AWS does not delete it
)
def account(request: Request) -> ResourceState:
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
    return ResourceState(ACCOUNT_ID)


def _remove(request: Request, path: str) -> None:
    request.client("apigateway").update_stage(
        restApiId=request.require("restApi"),
        stageName=request.require("stageName"),
        patchOperations=[{"op": "remove", "path": path}],
    )


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
