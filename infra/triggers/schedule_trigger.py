"""A schedule that invokes a function."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.component_names import ROLE, check_name
from infra.config.schedules import check_schedule
from infra.function.image_function import ImageFunction
from infra.grants import Grant, policy, trust
from infra.json_text import json_text


@dataclass(frozen=True, kw_only=True)
class ScheduleTriggerArgs:
    """``expression``: ``rate()``, ``cron()`` or ``at()`` of EventBridge Scheduler, in UTC."""

    function: ImageFunction
    expression: str

    def __post_init__(self) -> None:
        check_schedule(self.expression)


class ScheduleTrigger(pulumi.ComponentResource):
    """Invokes an asynchronous function by EventBridge Scheduler.

    The event is ``{"time": <scheduled time>, "schedule": <ARN>}``: a late or repeated invocation
    gets the same time. Events that cannot be delivered go to the function's ``failures`` queue, as
    do invocations that fail.
    """

    def __init__(
        self, name: str, args: ScheduleTriggerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        failures = args.function.failures
        if failures is None:
            raise ValueError(
                f"schedules invoke {args.function.logical_name} without waiting for an answer; "
                "give it asynchronous=True, so that failed events are kept"
            )
        check_name(ROLE, name, "-role")  # the schedule has the same limit, and a shorter name
        super().__init__("serverless:infra:ScheduleTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        # Refuse schedules of other accounts:
        # https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
        account = aws.get_caller_identity_output(
            opts=pulumi.InvokeOutputOptions(parent=self)
        ).account_id
        self.role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=trust(
                "scheduler.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}
            ),
            permissions_boundary=args.function.permissions_boundary,
            opts=child,
        )
        invoke = Grant(actions=["lambda:InvokeFunction"], resources=[args.function.alias_arn])
        self.policy = aws.iam.RolePolicy(
            f"{name}-policy",
            role=self.role.name,
            policy=policy([invoke, failures.send()]),
            opts=child,
        )
        self.schedule = aws.scheduler.Schedule(
            name,
            schedule_expression=args.expression,
            schedule_expression_timezone="UTC",
            flexible_time_window={"mode": "OFF"},
            target={
                "arn": args.function.alias_arn,
                "role_arn": self.role.arn,
                "input": json_text(
                    {
                        "time": "<aws.scheduler.scheduled-time>",
                        "schedule": "<aws.scheduler.schedule-arn>",
                    }
                ),
                "retry_policy": {
                    "maximum_event_age_in_seconds": 3_600,
                    "maximum_retry_attempts": 10,
                },
                "dead_letter_config": {"arn": failures.arn},
            },
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.policy]),
        )
        self.register_outputs({})
