"""Alarms, whom they tell, and a dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.function import METRICS, ImageFunction
from infra.queue import DeadLetterQueue, Queue
from infra.triggers.http import RestApi

_MINUTE = 60
_OLDEST_MESSAGE = 15 * _MINUTE
_ITERATOR_AGE_MS = 15 * _MINUTE * 1_000


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What is watched. ``email``: who is told, if anybody; the address must confirm once."""

    email: str | None
    api: RestApi
    functions: Sequence[ImageFunction]
    stream_functions: Sequence[ImageFunction]
    queues: Sequence[Queue]
    dead_letters: Mapping[str, DeadLetterQueue]


class Monitoring(pulumi.ComponentResource):
    """An alarm topic; alarms on what needs somebody; a dashboard of everything.

    Alarms: errors and throttles of each function, age of the stream's records, age of each queue's
    oldest message, messages in each dead-letter queue, and the API's 5XX.
    """

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Monitoring", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.topic = self._topic(name, args.email)
        for function in args.functions:
            self._function_alarms(function)
        for function in args.stream_functions:
            self._alarm(
                f"{function.logical_name}-iterator-age",
                "Records of the stream wait too long: the function fails or is too slow.",
                namespace="AWS/Lambda",
                metric="IteratorAge",
                dimensions={"FunctionName": function.name},
                statistic="Maximum",
                threshold=_ITERATOR_AGE_MS,
            )
        for queue in args.queues:
            self._alarm(
                f"{queue.logical_name}-oldest-message",
                "Messages wait too long: the consumer fails or is too slow.",
                namespace="AWS/SQS",
                metric="ApproximateAgeOfOldestMessage",
                dimensions={"QueueName": queue.name},
                statistic="Maximum",
                threshold=_OLDEST_MESSAGE,
            )
        for what, dead_letters in args.dead_letters.items():
            self._alarm(
                f"{what}-dead-letters",
                "Something could not be processed; see README, When an alarm rings.",
                namespace="AWS/SQS",
                # Not the count of sent ones: SQS leaves out what it moves by itself.
                metric="ApproximateNumberOfMessagesVisible",
                dimensions={"QueueName": dead_letters.name},
                statistic="Maximum",
                threshold=0,
            )
        self._alarm(
            "api-5xx",
            "The API answers with server errors.",
            namespace="AWS/ApiGateway",
            metric="5XXError",
            dimensions={"ApiName": args.api.name, "Stage": pulumi.get_stack()},
            statistic="Sum",
            threshold=0,
        )
        self.dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
            dashboard_body=_dashboard(args),
            opts=self._child,
        )
        self.register_outputs({"topic_arn": self.topic.arn})

    def _topic(self, name: str, email: str | None) -> aws.sns.Topic:
        # Not encrypted by alias/aws/sns: CloudWatch could not publish to it.
        topic = aws.sns.Topic(f"{name}-alarms", opts=self._child)
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        aws.sns.TopicPolicy(
            f"{name}-alarms-policy",
            arn=topic.arn,
            policy=pulumi.Output.json_dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Alarms",
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudwatch.amazonaws.com"},
                            "Action": "sns:Publish",
                            "Resource": topic.arn,
                            "Condition": {"StringEquals": {"aws:SourceAccount": caller.account_id}},
                        },
                        {
                            "Sid": "TlsOnly",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "sns:Publish",
                            "Resource": topic.arn,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                    ],
                }
            ),
            opts=self._child,
        )
        if email:
            aws.sns.TopicSubscription(
                f"{name}-alarms-email",
                topic=topic.arn,
                protocol="email",
                endpoint=email,
                opts=self._child,
            )
        return topic

    def _function_alarms(self, function: ImageFunction) -> None:
        for metric, description in (
            ("Errors", "Invocations fail; the function's log says why."),
            ("Throttles", "Invocations are refused: concurrency is used up."),
        ):
            self._alarm(
                f"{function.logical_name}-{metric.lower()}",
                description,
                namespace="AWS/Lambda",
                metric=metric,
                dimensions={"FunctionName": function.name},
                statistic="Sum",
                threshold=0,
            )

    def _alarm(
        self,
        name: str,
        description: str,
        *,
        namespace: str,
        metric: str,
        dimensions: Mapping[str, pulumi.Input[str]],
        statistic: str,
        threshold: float,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            name,
            alarm_description=description,
            namespace=namespace,
            metric_name=metric,
            dimensions=dimensions,
            statistic=statistic,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            period=5 * _MINUTE,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            opts=self._child,
        )


def _dashboard(args: MonitoringArgs) -> pulumi.Output[str]:
    region = aws.get_region_output().region

    def widget(title: str, metrics: Sequence[Sequence[Any]], stat: str = "Sum") -> dict[str, Any]:
        return {
            "type": "metric",
            "width": 8,
            "height": 6,
            "properties": {
                "title": title,
                "metrics": metrics,
                "stat": stat,
                "period": 300,
                "region": region,
            },
        }

    def by_function(metric: str) -> list[list[Any]]:
        return [["AWS/Lambda", metric, "FunctionName", f.name] for f in args.functions]

    api = ["ApiName", args.api.name, "Stage", pulumi.get_stack()]
    outcomes = f"{pulumi.get_project()}-{pulumi.get_stack()}/{METRICS}"
    widgets = [
        widget(
            "API requests", [["AWS/ApiGateway", m, *api] for m in ("Count", "4XXError", "5XXError")]
        ),
        widget("API latency, p99", [["AWS/ApiGateway", "Latency", *api]], "p99"),
        widget("Function errors", by_function("Errors")),
        widget("Function duration, p99", by_function("Duration"), "p99"),
        widget("Function throttles", by_function("Throttles")),
        widget(
            "Age of the oldest message",
            [
                ["AWS/SQS", "ApproximateAgeOfOldestMessage", "QueueName", q.name]
                for q in args.queues
            ],
            "Maximum",
        ),
        widget(
            "Dead letters",
            [
                ["AWS/SQS", "ApproximateNumberOfMessagesVisible", "QueueName", q.name]
                for q in args.dead_letters.values()
            ],
            "Maximum",
        ),
        *(
            widget(
                f"Outcomes of {f.logical_name}",
                [
                    [
                        {
                            "expression": "SEARCH('{"
                            f'"{outcomes}",Outcome}} MetricName="{f.logical_name}"\', \'Sum\')',
                            "label": "",
                        }
                    ]
                ],
            )
            for f in args.functions
        ),
    ]
    return pulumi.Output.json_dumps({"widgets": widgets})
