"""Permissions and event sources of functions, and what happens to failed invocations."""

from typing import Any

from local.resources.names import pascal, present
from local.resources.registry import Made, Request, resource


@resource(
    "aws:lambda/permission:Permission",
    passes=(
        "action function principal qualifier sourceAccount sourceArn statementId principalOrgId "
        "eventSourceToken"
    ),
)
def permission(request: Request) -> Made:
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
    return Made(statement, {"statementId": statement})


_MAPPING = (
    "batchSize bisectBatchOnFunctionError destinationConfig enabled eventSourceArn filterCriteria "
    "functionName functionResponseTypes kmsKeyArn maximumBatchingWindowInSeconds "
    "maximumRecordAgeInSeconds maximumRetryAttempts metricsConfig parallelizationFactor "
    "scalingConfig startingPosition startingPositionTimestamp tumblingWindowInSeconds"
)


@resource(
    "aws:lambda/eventSourceMapping:EventSourceMapping",
    passes=_MAPPING,
    ignores="provisionedPollerConfig",
)
def event_source_mapping(request: Request) -> Made:
    """Make an event source mapping: batches of a queue or a stream invoke a function."""
    given = {key: request.inputs[key] for key in _MAPPING.split() if request.get(key) is not None}
    renames = {"kmsKeyArn": "KMSKeyArn", "destinationArn": "Destination"}
    made = request.client("lambda").create_event_source_mapping(**pascal(given, renames))
    return Made(
        made["UUID"],
        {
            "uuid": made["UUID"],
            "arn": request.target.arn("lambda", f"event-source-mapping:{made['UUID']}"),
            "functionArn": made.get("FunctionArn", ""),
            "state": made.get("State", ""),
        },
    )


@resource(
    "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
    passes=(
        "functionName qualifier destinationConfig maximumEventAgeInSeconds maximumRetryAttempts"
    ),
)
def event_invoke_config(request: Request) -> Made:
    """Set the retries of asynchronous invocations, and the destination of failed ones."""
    name, qualifier = request.require("functionName"), request.get("qualifier")
    destinations = pascal(request.get("destinationConfig"))
    request.client("lambda").put_function_event_invoke_config(
        FunctionName=name,
        **present(
            Qualifier=qualifier,
            DestinationConfig=destinations,
            MaximumEventAgeInSeconds=request.get("maximumEventAgeInSeconds"),
            MaximumRetryAttempts=request.get("maximumRetryAttempts"),
        ),
    )
    failures = (destinations or {}).get("OnFailure", {}).get("Destination")
    if qualifier and failures:
        _keep_failures_of_alias(request.client("lambda"), name, qualifier, failures)
    return Made(":".join(filter(None, (name, qualifier))))


def _keep_failures_of_alias(client: Any, name: str, alias: str, failures: str) -> None:
    """Keep what fails for callers of an alias.

    The emulator heeds the settings above for calls of $LATEST only, and would drop the failed
    events of an alias. It does heed a version's dead-letter queue, with the same record; so the
    alias gets a version that has one. (It tries three times whatever the settings say.)
    """
    client.update_function_configuration(
        FunctionName=name, DeadLetterConfig={"TargetArn": failures}
    )
    version = client.publish_version(FunctionName=name)["Version"]
    client.update_alias(FunctionName=name, Name=alias, FunctionVersion=version)


@resource(
    "aws:lambda/functionRecursionConfig:FunctionRecursionConfig",
    passes="functionName recursiveLoop",
)
def recursion_config(request: Request) -> Made:
    """Set whether a function that invokes itself in a loop is stopped."""
    name = request.require("functionName")
    request.client("lambda").put_function_recursion_config(
        FunctionName=name, RecursiveLoop=request.require("recursiveLoop")
    )
    return Made(name)
