"""Alarms, whom they tell, and a dashboard."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.dashboard import dashboard
from infra.dead_letters import dead_letters
from infra.function import METRICS, ImageFunction
from infra.key import Key, arn_of
from infra.queue import DeadLetterQueue, Queue
from infra.triggers.http import RestApi
from infra.triggers.stream import StreamTrigger

_MINUTE = 60
_OLDEST_MESSAGE = 15 * _MINUTE
_ITERATOR_AGE_MS = 15 * _MINUTE * 1_000


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What is watched.

    Attributes:
        email: who is told, if anybody; the address must confirm once.
        outcomes: those of a function's outcomes that need somebody.
        key: what the alarms' topic is encrypted with; not encrypted if None.
    """

    email: str | None
    api: RestApi
    functions: Sequence[ImageFunction]
    queues: Sequence[Queue]
    streams: Sequence[StreamTrigger]
    outcomes: Sequence[tuple[ImageFunction, str]] = ()
    key: Key | None = None


class Monitoring(pulumi.ComponentResource):
    """An alarm topic; alarms on what needs somebody; a dashboard of everything.

    Alarms: errors and throttles of each function, age of each stream's records and of each queue's
    oldest message, messages in every dead-letter queue of these, single outcomes, the API's 5XX.
    ``dead_letters``: those queues, and where their messages go back to.
    """

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Monitoring", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.topic = self._topic(name, args)
        for function in args.functions:
            self._function_alarms(function)
        for stream in args.streams:
            self._stream_alarm(stream)
        for queue in args.queues:
            self._queue_alarm(queue)
        failed = _failed(args)
        for what, failures in failed.items():
            self._dead_letter_alarm(what, failures)
        self.dead_letters = dead_letters(args.queues, args.streams, args.functions)
        for function, outcome in args.outcomes:
            self._outcome_alarm(function, outcome)
        self._api_alarm(args.api)
        self.dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
            dashboard_body=dashboard(args.api, args.functions, args.queues, failed),
            opts=self._child,
        )
        self.register_outputs({"topic_arn": self.topic.arn})

    def _topic(self, name: str, args: MonitoringArgs) -> aws.sns.Topic:
        # Without a key of one's own not encrypted by alias/aws/sns either: CloudWatch could not
        # publish to it.
        topic = aws.sns.Topic(
            f"{name}-alarms", kms_master_key_id=arn_of(args.key), opts=self._child
        )
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
        if args.email:
            aws.sns.TopicSubscription(
                f"{name}-alarms-email",
                topic=topic.arn,
                protocol="email",
                endpoint=args.email,
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
                # What nobody waits for is tried again; if that fails too, the dead letters ring.
                lasting=function.failures is not None,
            )

    def _stream_alarm(self, stream: StreamTrigger) -> None:
        self._alarm(
            f"{stream.function.logical_name}-iterator-age",
            "Records of the stream wait too long: the function fails or is too slow.",
            namespace="AWS/Lambda",
            metric="IteratorAge",
            dimensions={"FunctionName": stream.function.name},
            statistic="Maximum",
            threshold=_ITERATOR_AGE_MS,
        )

    def _queue_alarm(self, queue: Queue) -> None:
        self._alarm(
            f"{queue.logical_name}-oldest-message",
            "Messages wait too long: the consumer fails or is too slow.",
            namespace="AWS/SQS",
            metric="ApproximateAgeOfOldestMessage",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            threshold=_OLDEST_MESSAGE,
        )

    def _dead_letter_alarm(self, what: str, queue: DeadLetterQueue) -> None:
        self._alarm(
            f"{what}-dead-letters",
            "Something could not be processed; see README, When an alarm rings.",
            namespace="AWS/SQS",
            # Not the count of sent ones: SQS leaves out what it moves by itself.
            metric="ApproximateNumberOfMessagesVisible",
            dimensions={"QueueName": queue.name},
            statistic="Maximum",
            threshold=0,
        )

    def _outcome_alarm(self, function: ImageFunction, outcome: str) -> None:
        self._alarm(
            f"{function.logical_name}-{outcome.replace('_', '-')}",
            f"{function.logical_name} logged the outcome {outcome}.",
            namespace=f"{pulumi.get_project()}-{pulumi.get_stack()}/{METRICS}",
            metric=function.logical_name,
            dimensions={"Outcome": outcome},
            statistic="Sum",
            threshold=0,
        )

    def _api_alarm(self, api: RestApi) -> None:
        self._alarm(
            "api-5xx",
            "The API answers with server errors.",
            namespace="AWS/ApiGateway",
            metric="5XXError",
            dimensions={"ApiName": api.name, "Stage": pulumi.get_stack()},
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
        lasting: bool = False,
    ) -> None:
        aws.cloudwatch.MetricAlarm(
            f"{self._name}-{name}",
            alarm_description=description,
            namespace=namespace,
            metric_name=metric,
            dimensions=dimensions,
            statistic=statistic,
            comparison_operator="GreaterThanThreshold",
            threshold=threshold,
            period=5 * _MINUTE,
            evaluation_periods=3 if lasting else 1,
            datapoints_to_alarm=2 if lasting else 1,
            treat_missing_data="notBreaching",
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            opts=self._child,
        )


def _failed(args: MonitoringArgs) -> dict[str, DeadLetterQueue]:
    """Give the queues of what failed, by what it was meant for."""
    return {
        **{queue.logical_name: queue.dead_letters for queue in args.queues},
        **{stream.logical_name: stream.failures for stream in args.streams},
        **{f.logical_name: f.failures for f in args.functions if f.failures},
    }
