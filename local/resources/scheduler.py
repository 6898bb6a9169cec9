"""Schedules and their groups."""

import json

from local.resources.names import pascal, present
from local.resources.registry import Made, Request, resource
from local.worker import SCHEDULED_TIME

DEFAULT_GROUP = "default"


@resource(
    "aws:scheduler/schedule:Schedule",
    passes=(
        "name description flexibleTimeWindow groupName scheduleExpression "
        "scheduleExpressionTimezone startDate endDate state target"
    ),
    ignores="kmsKeyArn actionAfterCompletion",
)
def schedule(request: Request) -> Made:
    """Make a schedule. The emulator fires it one period after it was made.

    It does not fill in what the target's input names in angle brackets: the schedule's ARN is put
    there at once, the time by ``worker.py``. Nothing stands before the handler of an image, so
    there a member that holds the time is left out.
    """
    name = request.physical_name(64)
    group = request.get("groupName", DEFAULT_GROUP)
    target = pascal(request.require("target"))
    if "Input" in target:
        arn = request.target.arn("scheduler", f"schedule/{group}/{name}")
        target["Input"] = target["Input"].replace("<aws.scheduler.schedule-arn>", arn)
        if request.target.images is not None:
            target["Input"] = _without_time(target["Input"])
    arn = request.client("scheduler").create_schedule(
        Name=name,
        GroupName=group,
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
    return Made(f"{group}/{name}", {"name": name, "groupName": group, "arn": arn})


def _without_time(text: str) -> str:
    try:
        given = json.loads(text)
    except ValueError:
        return text
    if not isinstance(given, dict):
        return text
    return json.dumps({name: value for name, value in given.items() if value != SCHEDULED_TIME})


@resource("aws:scheduler/scheduleGroup:ScheduleGroup", passes="name")
def schedule_group(request: Request) -> Made:
    """Make a group of schedules."""
    name = request.physical_name(64)
    arn = request.client("scheduler").create_schedule_group(Name=name)["ScheduleGroupArn"]
    return Made(name, {"name": name, "arn": arn, "state": "ACTIVE"})
