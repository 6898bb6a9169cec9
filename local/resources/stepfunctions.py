"""State machines."""

from local.resources.names import present
from local.resources.registry import resource
from local.resources.request import Request, ResourceState


def _update(request: Request) -> ResourceState:
    """Change a state machine; executions that run keep the definition that they began with."""
    request.client("stepfunctions").update_state_machine(
        stateMachineArn=request.id,
        definition=request.require("definition"),
        roleArn=request.require("roleArn"),
        loggingConfiguration=_logging(request),
        tracingConfiguration=request.get("tracingConfiguration", {"enabled": False}),
        encryptionConfiguration=request.get("encryptionConfiguration", {"type": "AWS_OWNED_KEY"}),
    )
    return request.unchanged()


@resource(
    "aws:sfn/stateMachine:StateMachine",
    passes="name type definition roleArn loggingConfiguration tracingConfiguration "
    "encryptionConfiguration",
    update=_update,
    fixed="name type",
    delete=lambda request: request.client("stepfunctions").delete_state_machine(
        stateMachineArn=request.id
    ),
)
def state_machine(request: Request) -> ResourceState:
    """Make a state machine. The emulator (1.5.33) runs it whatever its role may do."""
    name = request.physical_name(80)
    arn = request.client("stepfunctions").create_state_machine(
        name=name,
        definition=request.require("definition"),
        roleArn=request.require("roleArn"),
        loggingConfiguration=_logging(request),
        **present(
            type=request.get("type"),
            tracingConfiguration=request.get("tracingConfiguration"),
            encryptionConfiguration=request.get("encryptionConfiguration"),
        ),
    )["stateMachineArn"]
    return ResourceState(arn, {"name": name, "arn": arn})


def _logging(request: Request) -> dict[str, object]:
    """Return the logging configuration as the API spells it."""
    given = request.get("loggingConfiguration", {})
    destination = given.get("logDestination")
    groups = [{"cloudWatchLogsLogGroup": {"logGroupArn": destination}}] if destination else None
    return present(
        level=given.get("level", "OFF"),
        includeExecutionData=given.get("includeExecutionData", False),
        destinations=groups,
    )
