"""Permissions and event sources of functions, and what happens to failed invocations."""

from collections.abc import Mapping
from typing import Any

from local.resources.lambda_.alias import delete_unused_versions
from local.resources.names import pascal, present
from local.resources.registry import ANEW, PUT, resource
from local.resources.request import Request, ResourceState


@resource(
    "aws:lambda/permission:Permission",
    passes=(
        "action function principal qualifier sourceAccount sourceArn statementId principalOrgId "
        "eventSourceToken"
    ),
    update=ANEW,
    fixed="function qualifier statementId",
    delete=lambda request: request.client("lambda").remove_permission(
        FunctionName=request.require("function"),
        StatementId=request.id,
        **present(Qualifier=request.get("qualifier")),
    ),
)
def permission(request: Request) -> ResourceState:
    """Allow a service to invoke a function."""
    statement = request.get("statementId") or request.auto_name(100)
    request.client("lambda").add_permission(
        FunctionName=request.require("function"),
        StatementId=statement,
        Action=request.require("action"),
        Principal=request.require("principal"),
        **present(
            Qualifier=request.get("qualifier"),
            SourceAccount=request.get("sourceAccount"),
            SourceArn=request.get("sourceArn"),
            PrincipalOrgID=request.get("principalOrgId"),
            EventSourceToken=request.get("eventSourceToken"),
        ),
    )
    return ResourceState(statement, {"statementId": statement})


_MAPPING = (
    "batchSize bisectBatchOnFunctionError destinationConfig enabled eventSourceArn filterCriteria "
    "functionName functionResponseTypes kmsKeyArn maximumBatchingWindowInSeconds "
    "maximumRecordAgeInSeconds maximumRetryAttempts metricsConfig parallelizationFactor "
    "scalingConfig startingPosition startingPositionTimestamp tumblingWindowInSeconds"
)


_DEFAULTS: dict[str, Any] = {
    "batchSize": 10,
    "bisectBatchOnFunctionError": False,
    "destinationConfig": {},
    "enabled": True,
    "filterCriteria": {"filters": []},
    "functionResponseTypes": [],
    "maximumBatchingWindowInSeconds": 0,
    "maximumRecordAgeInSeconds": -1,
    "maximumRetryAttempts": -1,
    "parallelizationFactor": 1,
    "scalingConfig": {},
}
"""The settings that can change in place, and their values in AWS when they are left out."""


def _update_mapping(request: Request) -> ResourceState:
    """Set what changed; the mapping stays at its place in a stream."""
    changed = {
        name: request.get(name, default)
        for name, default in _DEFAULTS.items()
        if request.changed(name)
    }
    request.client("lambda").update_event_source_mapping(
        UUID=request.id,
        FunctionName=request.require("functionName"),
        **pascal(changed, _RENAMES),
    )
    return request.unchanged()


_RENAMES = {"kmsKeyArn": "KMSKeyArn", "destinationArn": "Destination"}


@resource(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    passes=_MAPPING,
    ignores="provisionedPollerConfig",
    update=_update_mapping,
    fixed=" ".join(set(_MAPPING.split()) - set(_DEFAULTS) - {"functionName"}),
    delete=lambda request: request.client("lambda").delete_event_source_mapping(UUID=request.id),
)
def event_source_mapping(request: Request) -> ResourceState:
    """Make an event source mapping: batches of a queue or a stream invoke a function."""
    given = {key: request.inputs[key] for key in _MAPPING.split() if request.get(key) is not None}
    mapping = request.client("lambda").create_event_source_mapping(**pascal(given, _RENAMES))
    return ResourceState(
        mapping["UUID"],
        {
            "uuid": mapping["UUID"],
            "arn": request.target.arn("lambda", f"event-source-mapping:{mapping['UUID']}"),
            "functionArn": mapping.get("FunctionArn", ""),
            "state": mapping.get("State", ""),
        },
    )


def _delete_event_invoke_config(request: Request) -> None:
    client, name = request.client("lambda"), request.require("functionName")
    qualifier = request.get("qualifier")
    client.delete_function_event_invoke_config(FunctionName=name, **present(Qualifier=qualifier))
    if qualifier and _failures(request.inputs):
        _keep_failures_of_alias(client, name, qualifier, "")


@resource(
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    passes=(
        "functionName qualifier destinationConfig maximumEventAgeInSeconds maximumRetryAttempts"
    ),
    update=PUT,
    fixed="functionName qualifier",
    delete=_delete_event_invoke_config,
)
def event_invoke_config(request: Request) -> ResourceState:
    """Set the retries of asynchronous invocations, and the destination of failed ones."""
    name, qualifier = request.require("functionName"), request.get("qualifier")
    request.client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        **present(
            Qualifier=qualifier,
            DestinationConfig=pascal(request.get("destinationConfig")),
            MaximumEventAgeInSeconds=request.get("maximumEventAgeInSeconds"),
            MaximumRetryAttempts=request.get("maximumRetryAttempts"),
        ),
    )
    failures = _failures(request.inputs)
    kept = _failures(request.previous.inputs) if request.previous else ""
    if qualifier and failures != kept:
        _keep_failures_of_alias(request.client("lambda"), name, qualifier, failures)
    return ResourceState(":".join(filter(None, (name, qualifier))))


def _failures(inputs: Mapping[str, Any]) -> str:
    destinations = inputs.get("destinationConfig") or {}
    return str((destinations.get("onFailure") or {}).get("destination") or "")


def _keep_failures_of_alias(client: Any, name: str, alias: str, failures: str) -> None:
    """Keep the failed events of an alias.

    The emulator applies the settings above to calls of $LATEST only, and would drop the failed
    events of an alias. It does use a version's dead-letter queue, with the same record; so the
    alias gets a version that has one. (It tries three times, whatever the settings are.)
    """
    client.update_function_configuration(
        FunctionName=name, DeadLetterConfig={"TargetArn": failures}
    )
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name=alias, FunctionVersion=version)
    delete_unused_versions(client, name)


@resource(
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
    passes="functionName recursiveLoop",
    update=PUT,
    fixed="functionName",
    delete=lambda request: request.client("lambda").put_function_recursion_config(
        FunctionName=request.id, RecursiveLoop="Terminate"
    ),
)
def recursion_config(request: Request) -> ResourceState:
    """Set whether a function that invokes itself in a loop is stopped."""
    name = request.require("functionName")
    request.client("lambda").put_function_recursion_config(
        FunctionName=name, RecursiveLoop=request.require("recursiveLoop")
    )
    return ResourceState(name)
