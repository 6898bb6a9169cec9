"""Alarms, their topic, and a dashboard."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.access.mail_identity import MailIdentity
from infra.config.stack import Alarms
from infra.function.image_function import ImageFunction
from infra.json_text import json_output
from infra.limits import check_distinct
from infra.monitoring import alarms
from infra.monitoring.alarms import Alarm
from infra.monitoring.dashboard import dashboard
from infra.monitoring.dead_letters import dead_letters
from infra.monitoring.releases import releases
from infra.storage.key import Key, arn_of
from infra.storage.queue import DeadLetterQueue, Queue
from infra.storage.tls import tls_only
from infra.triggers.graphql.api import GraphQLApi
from infra.triggers.http.rest_api import RestApi
from infra.triggers.queue_trigger import QueueTrigger
from infra.triggers.stream_trigger import StreamTrigger
from infra.triggers.websocket.stage import WebSocketStage
from infra.workflow.state_machine import StateMachine


@dataclass(frozen=True, kw_only=True)
class MonitoringArgs:
    """What to watch.

    Attributes:
        config: who is notified, and where the runbook is.
        queues: the triggers of the watched queues.
        outcomes: outcomes of functions that need somebody's attention.
        senders: those whose e-mails must not bounce or be reported as spam.
        sockets: the stages of WebSocket APIs.
        machines: state machines whose executions must not fail.
        graphs: GraphQL APIs.
        key: what the alarms' topic is encrypted with; it is not encrypted if None.
    """

    config: Alarms
    api: RestApi
    functions: Sequence[ImageFunction]
    queues: Sequence[QueueTrigger]
    streams: Sequence[StreamTrigger]
    outcomes: Sequence[tuple[ImageFunction, str]] = ()
    senders: Sequence[MailIdentity] = ()
    sockets: Sequence[WebSocketStage] = ()
    machines: Sequence[StateMachine] = ()
    graphs: Sequence[GraphQLApi] = ()
    key: Key | None = None

    def __post_init__(self) -> None:
        """Refuse what would make two alarms of one name."""
        outcomes = (f"{each.logical_name}'s {outcome!r}" for each, outcome in self.outcomes)
        check_distinct("outcomes", outcomes)
        queues = (f"the trigger of {each.queue.logical_name}" for each in self.queues)
        check_distinct("queues", queues)
        for what in ("streams", "senders", "sockets", "machines", "graphs"):
            check_distinct(what, (each.logical_name for each in getattr(self, what)))


class Monitoring(pulumi.ComponentResource):
    """An alarm topic, alarms, and a dashboard.

    Alarms watch errors, throttles and duration of each function, the age of each stream's records
    and of each queue's oldest message, messages in each of their dead-letter queues, single
    outcomes, each sender's bounces and complaints, executions of each state machine that fail, the
    errors of each WebSocket API and GraphQL API, the API's 5XX, and what its firewall blocks, if it
    has one.
    ``dead_letters``: those queues, and where their messages return to. ``releases``: each
    function's alias, and the alarms that a release watches. ``log_groups``: of each function, and
    of the API's requests.
    """

    def __init__(
        self, name: str, args: MonitoringArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Monitoring", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self.topic = self._topic(name, args)
        self.alarms = [(alarm, self._alarm(alarm, args.config.runbook)) for alarm in _alarms(args)]
        queues = [trigger.queue for trigger in args.queues]
        self.dead_letters = dead_letters(queues, args.streams, args.functions)
        self.releases = releases(args.functions, self.alarms)
        self.log_groups = {
            "functions": {each.logical_name: each.log_group.name for each in args.functions},
            "api": args.api.stage.access_log.name,
        }
        self.dashboard = aws.cloudwatch.Dashboard(
            name,
            dashboard_name=f"{pulumi.get_project()}-{pulumi.get_stack()}",
            dashboard_body=dashboard(
                args.api,
                args.functions,
                queues,
                [failures for _, failures, _ in _dead_letter_queues(args)],
                args.senders,
                args.sockets,
                args.machines,
                args.graphs,
            ),
            opts=self._child,
        )
        self.register_outputs({"topic_arn": self.topic.arn})

    def _topic(self, name: str, args: MonitoringArgs) -> aws.sns.Topic:
        # Without the stack's key not encrypted: CloudWatch cannot publish to a topic that is
        # encrypted by alias/aws/sns.
        topic = aws.sns.Topic(
            f"{name}-alarms", kms_master_key_id=arn_of(args.key), opts=self._child
        )
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=self))
        aws.sns.TopicPolicy(
            f"{name}-alarms-policy",
            arn=topic.arn,
            policy=json_output(
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
                        *tls_only("sns:Publish", topic.arn),
                    ],
                }
            ),
            opts=self._child,
        )
        if args.config.email:
            aws.sns.TopicSubscription(
                f"{name}-alarms-email",
                topic=topic.arn,
                protocol="email",
                endpoint=args.config.email,
                opts=self._child,
            )
        return topic

    def _alarm(self, alarm: Alarm, runbook: str) -> aws.cloudwatch.MetricAlarm:
        percentile = alarm.statistic.startswith("p")
        return aws.cloudwatch.MetricAlarm(
            f"{self._name}-{alarm.name}",
            alarm_description=f"{alarm.description} {runbook}#{alarm.section}",
            namespace=alarm.namespace,
            metric_name=alarm.metric,
            dimensions=alarm.dimensions,
            statistic=None if percentile else alarm.statistic,
            extended_statistic=alarm.statistic if percentile else None,
            comparison_operator=(
                "GreaterThanOrEqualToThreshold" if alarm.rate else "GreaterThanThreshold"
            ),
            threshold=alarm.threshold,
            period=300,
            evaluation_periods=3 if alarm.lasting else 1,
            datapoints_to_alarm=2 if alarm.lasting else 1,
            treat_missing_data="ignore" if alarm.rate else "notBreaching",
            alarm_actions=[self.topic.arn],
            ok_actions=[self.topic.arn],
            opts=self._child,
        )


def _alarms(args: MonitoringArgs) -> Iterator[Alarm]:
    for function in args.functions:
        yield from alarms.on_function(function)
    yield from map(alarms.on_stream, args.streams)
    yield from map(alarms.on_queue, args.queues)
    for of, failures, function in _dead_letter_queues(args):
        yield alarms.on_dead_letters(of, failures, function)
    for function, outcome in args.outcomes:
        yield alarms.on_outcome(function, outcome)
    for sender in args.senders:
        yield from alarms.on_sender(sender)
    for socket in args.sockets:
        yield from alarms.on_socket(socket)
    for machine in args.machines:
        yield from alarms.on_machine(machine)
    for graph in args.graphs:
        yield from alarms.on_graph(graph)
    yield alarms.on_api(args.api)
    if args.api.firewall:
        yield alarms.on_firewall(args.api.firewall)


def _dead_letter_queues(
    args: MonitoringArgs,
) -> Iterator[tuple[Queue | StreamTrigger | ImageFunction, DeadLetterQueue, ImageFunction]]:
    """Yield each dead-letter queue: what its messages were sent to, the queue, the function."""
    yield from ((t.queue, t.queue.dead_letters, t.function) for t in args.queues)
    yield from ((stream, stream.failures, stream.function) for stream in args.streams)
    yield from ((f, f.failures, f) for f in args.functions if f.failures)
