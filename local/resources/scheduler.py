"""Schedules."""

from local.resources.names import pascal, present
from local.resources.registry import Made, Request, resource

_GROUP = "default"


@resource(
    "aws:scheduler/schedule:Schedule",
    passes=(
        "name description flexibleTimeWindow scheduleExpression scheduleExpressionTimezone "
        "startDate endDate state target"
    ),
    ignores="kmsKeyArn actionAfterCompletion",
)
def schedule(request: Request) -> Made:
    """Make a schedule. The emulator invokes its target for the first time after one period."""
    name = request.physical_name(64)
    arn = request.client("scheduler").create_schedule(
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
    return Made(f"{_GROUP}/{name}", {"name": name, "groupName": _GROUP, "arn": arn})
