"""Aliases of functions, their versions, and environments that are started ahead for them."""

from collections.abc import Mapping
from typing import Any

from local.resources.lambda_.function import invoke_arn
from local.resources.names import present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState


def delete_unused_versions(client: Any, function: str) -> None:
    """Delete the versions of a function that no alias points at, with their processes."""
    used = {"$LATEST"}
    for alias in client.list_aliases(FunctionName=function)["Aliases"]:
        used |= {alias["FunctionVersion"]}
        used |= set(alias.get("RoutingConfig", {}).get("AdditionalVersionWeights", {}))
    for version in client.list_versions_by_function(FunctionName=function)["Versions"]:
        if version["Version"] not in used:
            client.delete_function(FunctionName=function, Qualifier=version["Version"])


def _update(request: Request) -> ResourceState:
    """Point an alias at another version, and delete the versions that nothing points at."""
    function = _function_of(request)
    client, moved = request.client("lambda"), request.changed("functionVersion")
    client.update_alias(
        Name=request.id.rpartition(":")[2],
        FunctionName=function,
        Description=request.get("description", ""),
        RoutingConfig=_routing(request.inputs) or {},
        # Otherwise it may be at a later version than the program knows of: see triggers.py.
        **({"FunctionVersion": request.inputs["functionVersion"]} if moved else {}),
    )
    delete_unused_versions(client, function)
    return request.unchanged()


def _remember(request: Request, state: ResourceState) -> None:
    """Let `app invoke` call a function as its triggers do."""
    for ref in request.target.deployed.functions.values():
        if ref.name == _function_of(request):
            ref.qualifier = state.outputs["name"]


@resource(
    "aws:lambda/alias:Alias",
    passes="name description functionName functionVersion routingConfig",
    update=_update,
    fixed="name functionName",
    delete=lambda request: request.client("lambda").delete_alias(
        FunctionName=_function_of(request), Name=request.id.rpartition(":")[2]
    ),
    note=_remember,
)
def alias(request: Request) -> ResourceState:
    """Point an alias at a version."""
    name = request.physical_name(128)
    arn = request.client("lambda").create_alias(
        Name=name,
        FunctionName=_function_of(request),
        FunctionVersion=request.require("functionVersion"),
        **present(Description=request.get("description"), RoutingConfig=_routing(request.inputs)),
    )["AliasArn"]
    return ResourceState(
        arn, {"name": name, "arn": arn, "invokeArn": invoke_arn(request.target, arn)}
    )


@resource(
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
    passes="functionName qualifier provisionedConcurrentExecutions",
    ignores="skipDestroy",
    update=PUT,
    fixed="functionName qualifier",
    delete=lambda request: request.client("lambda").delete_provisioned_concurrency_config(
        FunctionName=request.require("functionName"), Qualifier=request.require("qualifier")
    ),
)
def provisioned_concurrency(request: Request) -> ResourceState:
    """Set the provisioned concurrency; the emulator stores it and starts nothing in advance."""
    name, qualifier = request.require("functionName"), request.require("qualifier")
    request.client("lambda").put_provisioned_concurrency_config(
        FunctionName=name,
        Qualifier=qualifier,
        ProvisionedConcurrentExecutions=request.require("provisionedConcurrentExecutions"),
    )
    return ResourceState(f"{name},{qualifier}")


def _function_of(request: Request) -> str:
    return str(request.require("functionName")).split(":function:")[-1]


def _routing(inputs: Mapping[str, Any]) -> dict[str, Any] | None:
    routing = inputs.get("routingConfig")
    return routing and {"AdditionalVersionWeights": routing["additionalVersionWeights"]}
