"""The alarms of a stack, described."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from infra.access.firewall import Firewall
from infra.access.mail_identity import MailIdentity
from infra.function.image_function import ImageFunction
from infra.function.outcome_metric import namespace
from infra.storage.queue import DeadLetterQueue, Queue
from infra.triggers.graphql.api import GraphQLApi
from infra.triggers.http.rest_api import RestApi
from infra.triggers.queue_trigger import QueueTrigger
from infra.triggers.stream_trigger import StreamTrigger
from infra.triggers.websocket.stage import WebSocketStage
from infra.workflow.state_machine import StateMachine

_OLDEST_MESSAGE = 15 * 60  # seconds
_ITERATOR_AGE_MS = 15 * 60 * 1_000
_NEAR_THE_TIMEOUT = 0.8
# SES puts an account under review at these rates.
# https://docs.aws.amazon.com/ses/latest/dg/reputationdashboard-cloudwatch-alarm.html
_BOUNCE_RATE = 0.05
_COMPLAINT_RATE = 0.001
_BLOCKED_REQUESTS = 100  # in five minutes; single scanners come and go below it
_DEAD_LETTERS = {
    Queue: "queue-dead-letters",
    StreamTrigger: "stream-failures",
    ImageFunction: "function-failures",
}


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """An alarm on a metric that is above a threshold.

    Attributes:
        name: the watched resource and metric.
        description: what the alarm means, for on-call.
        section: the section of ``docs/runbook.md`` that says what to do.
        namespace: the metric's namespace.
        metric: the metric's name.
        dimensions: the metric's dimensions.
        statistic: over five minutes: ``Sum``, ``Maximum``, or a percentile such as ``p99``.
        threshold: in the metric's unit.
        lasting: whether it takes ten minutes of fifteen to alarm, instead of five.
        rate: whether the metric is a rate that is valid until AWS reports another one. The alarm
            then fires at the threshold, not only above it, and keeps its state without new data.
        functions: the functions whose new version may be the cause, as a release sees it.
    """

    name: str
    description: str
    section: str
    namespace: str
    metric: str
    dimensions: Mapping[str, pulumi.Input[str]]
    statistic: str
    threshold: float = 0
    lasting: bool = False
    rate: bool = False
    functions: Sequence[ImageFunction] = ()


def on_function(function: ImageFunction) -> Iterator[Alarm]:
    """Yield alarms on a function's errors, throttles, and a duration near its timeout."""
    for metric, description in (
        ("Errors", "Invocations fail; the function's log says why."),
        ("Throttles", "Invocations are refused: concurrency is used up."),
    ):
        yield Alarm(
            name=f"{function.logical_name}-{metric.lower()}",
            description=description,
            section=f"function-{metric.lower()}",
            namespace="AWS/Lambda",
            metric=metric,
            dimensions={"FunctionName": function.name},
            statistic="Sum",
            # Lambda retries asynchronous events; if that fails too, the dead letters alarm.
            lasting=function.failures is not None,
            functions=[function],
        )
    yield Alarm(
        name=f"{function.logical_name}-duration",
        description=f"Invocations come near the time-out of {function.timeout} s.",
        section="function-duration",
        namespace="AWS/Lambda",
        metric="Duration",
        dimensions={"FunctionName": function.name},
        statistic="p99",
        threshold=_NEAR_THE_TIMEOUT * function.timeout * 1_000,
        functions=[function],
    )


def on_stream(stream: StreamTrigger) -> Alarm:
    """Return the alarm on the age of a stream's records."""
    return Alarm(
        name=f"{stream.function.logical_name}-iterator-age",
        description="Records of the stream wait too long: the function fails or is too slow.",
        section="iterator-age",
        namespace="AWS/Lambda",
        metric="IteratorAge",
        dimensions={"FunctionName": stream.function.name},
        statistic="Maximum",
        threshold=_ITERATOR_AGE_MS,
        functions=[stream.function],
    )


def on_queue(trigger: QueueTrigger) -> Alarm:
    """Return the alarm on the age of a queue's oldest message."""
    return Alarm(
        name=f"{trigger.queue.logical_name}-oldest-message",
        description="Messages wait too long: the consumer fails or is too slow.",
        section="oldest-message",
        namespace="AWS/SQS",
        metric="ApproximateAgeOfOldestMessage",
        dimensions={"QueueName": trigger.queue.name},
        statistic="Maximum",
        threshold=_OLDEST_MESSAGE,
        functions=[trigger.function],
    )


def on_dead_letters(
    of: Queue | StreamTrigger | ImageFunction, queue: DeadLetterQueue, function: ImageFunction
) -> Alarm:
    """Return the alarm on any message in a dead-letter queue.

    Args:
        of: the queue, trigger or function that the message was sent to.
        queue: the dead-letter queue.
        function: the function that failed.
    """
    return Alarm(
        name=f"{of.logical_name}-dead-letters",
        description="Something could not be processed, and waits to be looked at.",
        section=_DEAD_LETTERS[type(of)],
        namespace="AWS/SQS",
        # Not NumberOfMessagesSent: it leaves out messages that SQS itself moves.
        metric="ApproximateNumberOfMessagesVisible",
        dimensions={"QueueName": queue.name},
        statistic="Maximum",
        functions=[function],
    )


def on_outcome(function: ImageFunction, outcome: str) -> Alarm:
    """Return the alarm on one outcome of a function."""
    return Alarm(
        name=f"{function.logical_name}-{outcome.replace('_', '-')}",
        description=f"{function.logical_name} logged the outcome {outcome}.",
        section=outcome.replace("_", "-"),
        namespace=namespace(),
        metric=function.logical_name,
        dimensions={"Outcome": outcome},
        statistic="Sum",
        functions=[function],
    )


def on_machine(machine: StateMachine) -> Iterator[Alarm]:
    """Yield alarms on executions of a state machine that fail, time out, or are stopped."""
    for metric, how in (
        ("ExecutionsFailed", "failed"),
        ("ExecutionsTimedOut", "took too long"),
        ("ExecutionsAborted", "was stopped by hand"),
    ):
        yield Alarm(
            name=f"{machine.logical_name}-{metric.lower()}",
            description=f"An execution of {machine.logical_name} {how}, and is not complete.",
            section="executions-failed",
            namespace="AWS/States",
            metric=metric,
            dimensions={"StateMachineArn": machine.arn},
            statistic="Sum",
            functions=machine.functions,
        )


def on_sender(sender: MailIdentity) -> Iterator[Alarm]:
    """Yield alarms on the rates of a sender's e-mails that bounce, or are reported as spam."""
    for metric, what, threshold in (
        ("BounceRate", "bounces", _BOUNCE_RATE),
        ("ComplaintRate", "complaints", _COMPLAINT_RATE),
    ):
        yield Alarm(
            name=f"{sender.logical_name}-{what}",
            description=f"SES reviews accounts with so many {what}, and may pause them.",
            section="bounces-and-complaints",
            namespace="AWS/SES",
            metric=f"Reputation.{metric}",
            dimensions=sender.dimensions,
            statistic="Maximum",
            threshold=threshold,
            rate=True,
        )


def on_firewall(firewall: Firewall) -> Alarm:
    """Return the alarm on requests that a firewall blocks."""
    return Alarm(
        name="api-blocked",
        description="The firewall blocks many requests: an attack, or a rule that hits callers.",
        section="blocked-requests",
        namespace="AWS/WAFV2",
        metric="BlockedRequests",
        dimensions=firewall.dimensions,
        statistic="Sum",
        threshold=_BLOCKED_REQUESTS,
        lasting=True,
    )


def on_socket(socket: WebSocketStage) -> Iterator[Alarm]:
    """Yield alarms on a WebSocket API's errors: of its functions, and of the gateway itself."""
    for metric, what in (("IntegrationError", "functions"), ("ExecutionError", "gateway")):
        yield Alarm(
            name=f"{socket.logical_name}-{what}",
            description="The WebSocket API fails; callers can still ask the API.",
            section="websocket-errors",
            namespace="AWS/ApiGateway",
            metric=metric,
            dimensions={"ApiId": socket.api.api.id, "Stage": pulumi.get_stack()},
            statistic="Sum",
            functions=socket.functions,
        )


def on_graph(graph: GraphQLApi) -> Iterator[Alarm]:
    """Yield alarms on a GraphQL API's server errors, and on the fields that a function fails.

    Errors of fields are answered with 200, and the functions do not raise them.
    """
    yield Alarm(
        name=f"{graph.logical_name}-5xx",
        description="The GraphQL API answers with server errors.",
        section="graphql-errors",
        namespace="AWS/AppSync",
        metric="5XXError",
        dimensions={"GraphQLAPIId": graph.api.id},
        statistic="Sum",
        functions=graph.functions,
    )
    for function in graph.functions:
        for outcome in ("busy", "failed"):
            alarm = on_outcome(function, outcome)
            yield dataclasses.replace(alarm, section="graphql-errors")


def on_api(api: RestApi) -> Alarm:
    """Return the alarm on an API's server errors."""
    return Alarm(
        name="api-5xx",
        description="The API answers with server errors.",
        section="api-5xx",
        namespace="AWS/ApiGateway",
        metric="5XXError",
        dimensions={"ApiName": api.name, "Stage": pulumi.get_stack()},
        statistic="Sum",
        functions=[route.function for route in api.routes],
    )
