"""Schedules."""

import json

from local.resources.names import pascal, present
from local.resources.registry import PUT, Made, Request, resource
from local.worker import SCHEDULED_TIME

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
def schedule(request: Request) -> Made:
    """Make a schedule. The emulator invokes its target for the first time after one period.

    AWS replaces the names in angle brackets in the target's input; the emulator does not. So the
    schedule's ARN is filled in here, and the time in ``worker.py``. A container has no such shim:
    for images, a member that holds the time is left out.
    """
    name = request.physical_name(64)
    target = pascal(request.require("target"))
    if "Input" in target:
        arn = request.target.arn("scheduler", f"schedule/{_GROUP}/{name}")
        target["Input"] = target["Input"].replace("<aws.scheduler.schedule-arn>", arn)
        if request.target.images is not None:
            target["Input"] = _without_time(target["Input"])
    client = request.client("scheduler")
    arn = (client.update_schedule if request.previous else client.create_schedule)(
        Name=name,
        ScheduleExpression=request.require("scheduleExpression"),
        FlexibleTimeWindow=pascal(request.require("flexibleTimeWindow")),
        Target=target,
        **present(
            Description=request.get("description"),
            ScheduleExpressionTimezone=request.get("scheduleExpressionTimezone"),
            StartDate=request.get("startDate"),
            EndDate=request.get("endDate"),
            State=request.get("state"),
        ),
    )["ScheduleArn"]
    return Made(f"{_GROUP}/{name}", {"name": name, "groupName": _GROUP, "arn": arn})


def _without_time(text: str) -> str:
    try:
        given = json.loads(text)
    except ValueError:
        return text
    if not isinstance(given, dict):
        return text
    return json.dumps({name: value for name, value in given.items() if value != SCHEDULED_TIME})
