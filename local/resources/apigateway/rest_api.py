"""REST APIs, with their models, validators and gateway responses."""

import re

from local.resources.names import present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


def _update_rest_api(request: Request) -> ResourceState:
    """Set an API's settings one by one; it keeps its address."""
    settings = ("description", "minimumCompressionSize", "apiKeySource", "policy")
    operations = [
        {"op": "replace", "path": f"/{name}", "value": str(request.get(name, ""))}
        for name in (*settings, "disableExecuteApiEndpoint")
        if request.changed(name)
    ]
    if operations:
        request.client("apigateway").update_rest_api(
            restApiId=request.id, patchOperations=operations
        )
    return request.unchanged()


@resource(
    "aws:apigateway/restApi:RestApi",
    passes=(
        "name description binaryMediaTypes minimumCompressionSize apiKeySource policy "
        "endpointConfiguration disableExecuteApiEndpoint"
    ),
    ignores="securityPolicy endpointAccessMode failOnWarnings",
    update=_update_rest_api,
    fixed="name binaryMediaTypes endpointConfiguration",
    holds="its address",
    delete=lambda request: request.client("apigateway").delete_rest_api(restApiId=request.id),
)
def rest_api(request: Request) -> ResourceState:
    """Make an API that has the root resource only; its id, and so its address, stays the same."""
    endpoint = request.get("endpointConfiguration")
    name = request.physical_name(1024)
    size = request.get("minimumCompressionSize")
    response = request.client("apigateway").create_rest_api(
        name=name,
        tags={"ms-custom-id": request.stable_id(10)},
        **present(
            description=request.get("description"),
            binaryMediaTypes=request.get("binaryMediaTypes"),
            minimumCompressionSize=None if size is None else int(size),
            apiKeySource=request.get("apiKeySource"),
            policy=request.get("policy"),
            endpointConfiguration=endpoint and {"types": [endpoint["types"]]},
            disableExecuteApiEndpoint=request.get("disableExecuteApiEndpoint"),
        ),
    )
    return ResourceState(
        response["id"],
        {
            "name": name,
            "rootResourceId": response["rootResourceId"],
            "arn": f"arn:aws:apigateway:{request.target.aws.region}::/restapis/{response['id']}",
            "executionArn": request.target.arn("execute-api", response["id"]),
        },
    )


@resource(
    "aws:apigateway/model:Model",
    passes="restApi name contentType schema description",
    update=PUT,
    fixed="restApi name",
    delete=lambda request: request.client("apigateway").delete_model(
        restApiId=request.require("restApi"), modelName=request.output("name")
    ),
)
def model(request: Request) -> ResourceState:
    """Add the JSON schema of a body to an API."""
    # The service accepts letters and digits only.
    name = request.get("name") or re.sub(r"\W|_", "", request.auto_name(255))
    response = request.client("apigateway").create_model(
        restApiId=request.require("restApi"),
        name=name,
        contentType=request.require("contentType"),
        **present(schema=request.get("schema"), description=request.get("description")),
    )
    return ResourceState(response["id"], {"name": name})


@resource(
    "aws:apigateway/requestValidator:RequestValidator",
    passes="restApi name validateRequestBody validateRequestParameters",
    delete=lambda request: request.client("apigateway").delete_request_validator(
        restApiId=request.require("restApi"), requestValidatorId=request.id
    ),
)
def request_validator(request: Request) -> ResourceState:
    """Make a validator of request bodies or parameters."""
    name = request.physical_name(128)
    response = request.client("apigateway").create_request_validator(
        restApiId=request.require("restApi"),
        name=name,
        validateRequestBody=bool(request.get("validateRequestBody")),
        validateRequestParameters=bool(request.get("validateRequestParameters")),
    )
    return ResourceState(response["id"], {"name": name})


@resource(
    "aws:apigateway/response:Response",
    passes="restApiId responseType statusCode responseParameters responseTemplates",
    update=PUT,
    fixed="restApiId responseType",
    delete=lambda request: request.client("apigateway").delete_gateway_response(
        restApiId=request.require("restApiId"), responseType=request.require("responseType")
    ),
)
def response(request: Request) -> ResourceState:
    """Set the form of an error that the gateway itself returns."""
    api, kind = request.require("restApiId"), request.require("responseType")
    request.client("apigateway").put_gateway_response(
        restApiId=api,
        responseType=kind,
        **present(
            statusCode=request.get("statusCode"),
            responseParameters=request.get("responseParameters"),
            responseTemplates=request.get("responseTemplates"),
        ),
    )
    return ResourceState(f"aggr-{api}-{kind}")
