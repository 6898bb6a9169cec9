"""Schedules."""

from local.resources.names import pascal, present
from local.resources.registry import PUT, resource
from local.resources.request import Request, ResourceState

_GROUP = "default"


@resource(
    "aws:scheduler/schedule:Schedule",
    passes=(
        "name description flexibleTimeWindow scheduleExpression scheduleExpressionTimezone "
        "startDate endDate state target"
    ),
    ignores="kmsKeyArn actionAfterCompletion",
    update=PUT,
    fixed="name",
    delete=lambda request: request.client("scheduler").delete_schedule(
        Name=request.id.partition("/")[2]
    ),
)
def schedule(request: Request) -> ResourceState:
    """Make a schedule. The emulator invokes its target for the first time after one period."""
    name = request.physical_name(64)
    client = request.client("scheduler")
    arn = (client.update_schedule if request.previous else client.create_schedule)(
        Name=name,
        ScheduleExpression=request.require("scheduleExpression"),
        FlexibleTimeWindow=pascal(request.require("flexibleTimeWindow")),
        Target=pascal(request.require("target")),
        **present(
            Description=request.get("description"),
            ScheduleExpressionTimezone=request.get("scheduleExpressionTimezone"),
            StartDate=request.get("startDate"),
            EndDate=request.get("endDate"),
            State=request.get("state"),
        ),
    )["ScheduleArn"]
    return ResourceState(f"{_GROUP}/{name}", {"name": name, "groupName": _GROUP, "arn": arn})
