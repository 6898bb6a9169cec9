"""GraphQL APIs: their schemas, keys, data sources and resolvers."""

from datetime import datetime
from typing import Any

from local.resources.names import present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState

_SERVICE = "appsync"


def _settings(request: Request) -> dict[str, Any]:
    pool = request.get("userPoolConfig")
    return {
        "authenticationType": request.require("authenticationType"),
        "introspectionConfig": request.get("introspectionConfig", "ENABLED"),
        "queryDepthLimit": request.get("queryDepthLimit", 0),
        "resolverCountLimit": request.get("resolverCountLimit", 0),
        "xrayEnabled": request.get("xrayEnabled", False),
        **present(userPoolConfig=pool, logConfig=_log(request)),
    }


def _log(request: Request) -> dict[str, Any] | None:
    log = request.get("logConfig")
    return log and {
        "fieldLogLevel": log["fieldLogLevel"],
        "cloudWatchLogsRoleArn": log["cloudwatchLogsRoleArn"],
        "excludeVerboseContent": log.get("excludeVerboseContent", False),
    }


def _set_schema(request: Request, api: str) -> None:
    if schema := request.get("schema"):
        request.client(_SERVICE).start_schema_creation(apiId=api, definition=schema.encode())


def _update_api(request: Request) -> ResourceState:
    """Set an API's settings and schema; it keeps its address."""
    request.client(_SERVICE).update_graphql_api(
        apiId=request.id, name=request.output("name"), **_settings(request)
    )
    _set_schema(request, request.id)
    return request.unchanged()


@resource(
    "aws:appsync/graphQLApi:GraphQLApi",
    passes=(
        "name authenticationType userPoolConfig schema introspectionConfig queryDepthLimit "
        "resolverCountLimit logConfig xrayEnabled"
    ),
    update=_update_api,
    fixed="name",
    holds="its address",
    delete=lambda request: request.client(_SERVICE).delete_graphql_api(apiId=request.id),
)
def api(request: Request) -> ResourceState:
    """Make an API with its schema. The emulator (1.5.33) writes no log of it."""
    name, target = request.physical_name(65_536), request.target
    response = request.client(_SERVICE).create_graphql_api(name=name, **_settings(request))
    api = response["graphqlApi"]
    _set_schema(request, api["apiId"])
    url = f"{target.aws.endpoint}/v1/apis/{api['apiId']}/graphql"
    return ResourceState(api["apiId"], {"name": name, "arn": api["arn"], "uris": {"GRAPHQL": url}})


def _expires(request: Request) -> dict[str, Any]:
    text = request.get("expires")
    return present(
        description=request.get("description"),
        expires=text and int(datetime.fromisoformat(text).timestamp()),
    )


def _api_and_key(request: Request) -> dict[str, str]:
    return {"apiId": request.require("apiId"), "id": request.output("key")}


def _update_key(request: Request) -> ResourceState:
    request.client(_SERVICE).update_api_key(**_api_and_key(request), **_expires(request))
    return request.unchanged()


@resource(
    "aws:appsync/apiKey:ApiKey",
    passes="apiId description expires",
    update=_update_key,
    fixed="apiId",
    delete=lambda request: request.client(_SERVICE).delete_api_key(**_api_and_key(request)),
)
def api_key(request: Request) -> ResourceState:
    """Make an API key; its id is the key itself."""
    id_ = request.require("apiId")
    key = request.client(_SERVICE).create_api_key(apiId=id_, **_expires(request))["apiKey"]
    return ResourceState(f"{id_}:{key['id']}", {"key": key["id"]})


def _source(request: Request) -> dict[str, Any]:
    function = request.get("lambdaConfig")
    return {
        "apiId": request.require("apiId"),
        "name": request.require("name"),
        "type": request.require("type"),
        **present(
            description=request.get("description"),
            serviceRoleArn=request.get("serviceRoleArn"),
            lambdaConfig=function and {"lambdaFunctionArn": function["functionArn"]},
        ),
    }


def _update_source(request: Request) -> ResourceState:
    request.client(_SERVICE).update_data_source(**_source(request))
    return request.unchanged()


@resource(
    "aws:appsync/dataSource:DataSource",
    passes="apiId name type description serviceRoleArn lambdaConfig",
    update=_update_source,
    fixed="apiId name type",
    delete=lambda request: request.client(_SERVICE).delete_data_source(
        apiId=request.require("apiId"), name=request.require("name")
    ),
)
def data_source(request: Request) -> ResourceState:
    """Make a data source, such as a function. The emulator (1.5.33) does not check its role."""
    source = request.client(_SERVICE).create_data_source(**_source(request))["dataSource"]
    return ResourceState(
        f"{request.require('apiId')}-{source['name']}", {"arn": source["dataSourceArn"]}
    )


def _field(request: Request) -> dict[str, str]:
    return {
        "apiId": request.require("apiId"),
        "typeName": request.require("type"),
        "fieldName": request.require("field"),
    }


def _resolver(request: Request) -> dict[str, Any]:
    return {
        **_field(request),
        "dataSourceName": request.require("dataSource"),
        "kind": request.get("kind", "UNIT"),
        "maxBatchSize": request.get("maxBatchSize", 0),
    }


def _update_resolver(request: Request) -> ResourceState:
    request.client(_SERVICE).update_resolver(**_resolver(request))
    return request.unchanged()


@resource(
    "aws:appsync/resolver:Resolver",
    passes="apiId type field kind dataSource maxBatchSize",
    update=_update_resolver,
    fixed="apiId type field",
    delete=lambda request: request.client(_SERVICE).delete_resolver(**_field(request)),
)
def resolver(request: Request) -> ResourceState:
    """Let a data source resolve a field."""
    response = request.client(_SERVICE).create_resolver(**_resolver(request))
    place = _field(request)
    id_ = "-".join(place.values())
    return ResourceState(id_, {"arn": response["resolver"]["resolverArn"]})
