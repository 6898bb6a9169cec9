"""An API's resources, methods and integrations."""

from local.resources.names import present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:apigateway/resource:Resource",
    passes="restApi parentId pathPart",
    delete=lambda request: request.client("apigateway").delete_resource(
        restApiId=request.require("restApi"), resourceId=request.id
    ),
)
def path(request: Request) -> ResourceState:
    """Make one part of a path."""
    response = request.client("apigateway").create_resource(
        restApiId=request.require("restApi"),
        parentId=request.require("parentId"),
        pathPart=request.require("pathPart"),
    )
    return ResourceState(response["id"], {"path": response["path"]})


def _place(request: Request) -> dict[str, str]:
    return {
        "restApiId": request.require("restApi"),
        "resourceId": request.require("resourceId"),
        "httpMethod": request.require("httpMethod"),
    }


@resource(
    "aws:apigateway/method:Method",
    passes=(
        "restApi resourceId httpMethod authorization authorizerId authorizationScopes "
        "apiKeyRequired operationName requestModels requestParameters requestValidatorId"
    ),
    update=PUT,
    fixed="restApi resourceId httpMethod",
    resets=True,
    delete=lambda request: request.client("apigateway").delete_method(**_place(request)),
)
def method(request: Request) -> ResourceState:
    """Make a method of a path."""
    place = _place(request)
    request.client("apigateway").put_method(
        **place,
        authorizationType=request.require("authorization"),
        **present(
            authorizerId=request.get("authorizerId"),
            authorizationScopes=request.get("authorizationScopes"),
            apiKeyRequired=request.get("apiKeyRequired"),
            operationName=request.get("operationName"),
            requestModels=request.get("requestModels"),
            requestParameters=request.get("requestParameters"),
            requestValidatorId=request.get("requestValidatorId"),
        ),
    )
    return ResourceState("agm-" + "-".join(place.values()))


@resource(
    "aws:apigateway/integration:Integration",
    passes=(
        "restApi resourceId httpMethod type integrationHttpMethod uri credentials "
        "passthroughBehavior requestParameters requestTemplates timeoutMilliseconds "
        "contentHandling cacheKeyParameters cacheNamespace"
    ),
    update=PUT,
    fixed="restApi resourceId httpMethod",
    resets=True,
    delete=lambda request: request.client("apigateway").delete_integration(**_place(request)),
)
def integration(request: Request) -> ResourceState:
    """Connect a method to what answers it."""
    place = _place(request)
    request.client("apigateway").put_integration(
        **place,
        type=request.require("type"),
        **present(
            integrationHttpMethod=request.get("integrationHttpMethod"),
            uri=request.get("uri"),
            credentials=request.get("credentials"),
            passthroughBehavior=request.get("passthroughBehavior"),
            requestParameters=request.get("requestParameters"),
            requestTemplates=request.get("requestTemplates"),
            timeoutInMillis=request.get("timeoutMilliseconds"),
            contentHandling=request.get("contentHandling"),
            cacheKeyParameters=request.get("cacheKeyParameters"),
            cacheNamespace=request.get("cacheNamespace"),
        ),
    )
    return ResourceState("agi-" + "-".join(place.values()))


@resource(
    "aws:apigateway/methodResponse:MethodResponse",
    passes="restApi resourceId httpMethod statusCode responseModels responseParameters",
    update=PUT,
    fixed="restApi resourceId httpMethod statusCode",
    delete=lambda request: request.client("apigateway").delete_method_response(
        **_place(request), statusCode=request.require("statusCode")
    ),
)
def method_response(request: Request) -> ResourceState:
    """Declare a method's response."""
    place = _place(request)
    request.client("apigateway").put_method_response(
        **place,
        statusCode=request.require("statusCode"),
        **present(
            responseModels=request.get("responseModels"),
            responseParameters=request.get("responseParameters"),
        ),
    )
    return ResourceState("agmr-" + "-".join((*place.values(), request.require("statusCode"))))


@resource(
    "aws:apigateway/integrationResponse:IntegrationResponse",
    passes=(
        "restApi resourceId httpMethod statusCode contentHandling responseParameters "
        "responseTemplates selectionPattern"
    ),
    update=PUT,
    fixed="restApi resourceId httpMethod statusCode",
    delete=lambda request: request.client("apigateway").delete_integration_response(
        **_place(request), statusCode=request.require("statusCode")
    ),
)
def integration_response(request: Request) -> ResourceState:
    """Map an integration's response to the method's."""
    place = _place(request)
    request.client("apigateway").put_integration_response(
        **place,
        statusCode=request.require("statusCode"),
        **present(
            contentHandling=request.get("contentHandling"),
            responseParameters=request.get("responseParameters"),
            responseTemplates=request.get("responseTemplates"),
            selectionPattern=request.get("selectionPattern"),
        ),
    )
    return ResourceState("agir-" + "-".join((*place.values(), request.require("statusCode"))))
