"""WebSocket APIs: their routes, integrations, deployments and stages."""

from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState

_SERVICE = "apigatewayv2"


def _place(request: Request) -> dict[str, str]:
    return {"ApiId": request.require("apiId")}


def _update_api(request: Request) -> ResourceState:
    """Set an API's settings; it keeps its address."""
    request.client(_SERVICE).update_api(
        ApiId=request.id,
        RouteSelectionExpression=request.require("routeSelectionExpression"),
        Description=request.get("description", ""),
    )
    return request.unchanged()


@resource(
    "aws:apigatewayv2/api:Api",
    passes="name protocolType routeSelectionExpression description",
    update=_update_api,
    fixed="name protocolType",
    holds="its address",
    delete=lambda request: request.client(_SERVICE).delete_api(ApiId=request.id),
)
def api(request: Request) -> ResourceState:
    """Make an API without routes; its id, and so its address, stays the same."""
    name = request.physical_name(128)
    response = request.client(_SERVICE).create_api(
        Name=name,
        ProtocolType=request.require("protocolType"),
        Tags={"ms-custom-id": request.stable_id(10)},
        **present(
            RouteSelectionExpression=request.get("routeSelectionExpression"),
            Description=request.get("description"),
        ),
    )
    id_, target = response["ApiId"], request.target
    host = target.aws.endpoint.partition("://")[2]
    return ResourceState(
        id_,
        {
            "name": name,
            "apiEndpoint": f"ws://{host}/_aws/execute-api/{id_}",
            "arn": f"arn:aws:apigateway:{target.aws.region}::/apis/{id_}",
            "executionArn": target.arn("execute-api", id_),
        },
    )


def _integration(request: Request) -> dict[str, Any]:
    return {
        **_place(request),
        "IntegrationType": request.require("integrationType"),
        "TimeoutInMillis": request.get("timeoutMilliseconds", 29_000),
        **present(
            IntegrationMethod=request.get("integrationMethod"),
            IntegrationUri=request.get("integrationUri"),
        ),
    }


def _update_integration(request: Request) -> ResourceState:
    request.client(_SERVICE).update_integration(IntegrationId=request.id, **_integration(request))
    return request.unchanged()


@resource(
    "aws:apigatewayv2/integration:Integration",
    passes="apiId integrationType integrationMethod integrationUri timeoutMilliseconds",
    update=_update_integration,
    fixed="apiId integrationType",
    delete=lambda request: request.client(_SERVICE).delete_integration(
        **_place(request), IntegrationId=request.id
    ),
)
def integration(request: Request) -> ResourceState:
    """Name the function that answers routes."""
    response = request.client(_SERVICE).create_integration(**_integration(request))
    return ResourceState(response["IntegrationId"])


def _route(request: Request) -> dict[str, Any]:
    return {
        **_place(request),
        "RouteKey": request.require("routeKey"),
        **present(
            Target=request.get("target"),
            RouteResponseSelectionExpression=request.get("routeResponseSelectionExpression"),
        ),
    }


def _update_route(request: Request) -> ResourceState:
    request.client(_SERVICE).update_route(RouteId=request.id, **_route(request))
    return request.unchanged()


@resource(
    "aws:apigatewayv2/route:Route",
    passes="apiId routeKey target routeResponseSelectionExpression",
    update=_update_route,
    fixed="apiId routeResponseSelectionExpression",
    delete=lambda request: request.client(_SERVICE).delete_route(
        **_place(request), RouteId=request.id
    ),
)
def route(request: Request) -> ResourceState:
    """Make a route, which selects messages by its key."""
    return ResourceState(request.client(_SERVICE).create_route(**_route(request))["RouteId"])


@resource(
    "aws:apigatewayv2/routeResponse:RouteResponse",
    passes="apiId routeId routeResponseKey",
    delete=lambda request: request.client(_SERVICE).delete_route_response(
        **_place(request), RouteId=request.require("routeId"), RouteResponseId=request.id
    ),
)
def route_response(request: Request) -> ResourceState:
    """Let a route send what its function returns. The emulator (1.5.33) sends it in any case."""
    response = request.client(_SERVICE).create_route_response(
        **_place(request),
        RouteId=request.require("routeId"),
        RouteResponseKey=request.require("routeResponseKey"),
    )
    return ResourceState(response["RouteResponseId"])


@resource(
    "aws:apigatewayv2/deployment:Deployment",
    passes="apiId description triggers",
    delete=lambda request: request.client(_SERVICE).delete_deployment(
        **_place(request), DeploymentId=request.id
    ),
)
def deployment(request: Request) -> ResourceState:
    """Make a deployment: a snapshot of the routes for a stage to serve."""
    response = request.client(_SERVICE).create_deployment(
        **_place(request), **present(Description=request.get("description"))
    )
    return ResourceState(response["DeploymentId"])


def _stage(request: Request) -> dict[str, Any]:
    return {
        **_place(request),
        "StageName": request.require("name"),
        "DeploymentId": request.require("deploymentId"),
        "AccessLogSettings": pascal(request.get("accessLogSettings", {})),
        "DefaultRouteSettings": pascal(request.get("defaultRouteSettings", {})),
        "Description": request.get("description", ""),
    }


def _update_stage(request: Request) -> ResourceState:
    request.client(_SERVICE).update_stage(**_stage(request))
    return request.unchanged()


@resource(
    "aws:apigatewayv2/stage:Stage",
    passes="apiId name deploymentId accessLogSettings defaultRouteSettings description",
    update=_update_stage,
    fixed="apiId name",
    delete=lambda request: request.client(_SERVICE).delete_stage(
        **_place(request), StageName=request.require("name")
    ),
)
def stage(request: Request) -> ResourceState:
    """Make a stage of a deployment."""
    request.client(_SERVICE).create_stage(**_stage(request))
    api, name, target = request.require("apiId"), request.require("name"), request.target
    host = target.aws.endpoint.partition("://")[2]
    return ResourceState(
        name,
        {
            "arn": f"arn:aws:apigateway:{target.aws.region}::/apis/{api}/stages/{name}",
            "executionArn": target.arn("execute-api", f"{api}/{name}"),
            "invokeUrl": f"ws://{host}/_aws/execute-api/{api}/{name}",
        },
    )
