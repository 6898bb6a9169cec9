"""Rows 54 and 55: log groups and alarms."""

from collections.abc import Callable

from .model import FUNCTION, LOG_GROUP, MAPPING, QUEUE, Resource, Stack
from .rule import Problems, at_least, is_number, must, must_be_set, only_if, rule

ALARM = "cloudwatch/metricAlarm:MetricAlarm"
YEAR = 365


@rule(54, "CK66/338, CK158", LOG_GROUP, alone=True)
def kept(group: Resource, stack: Stack) -> Problems:
    """Logs are deleted some day; in production after a year or more, and encrypted by a key."""
    least = YEAR if stack.production else 1
    yield from must(
        group,
        ["retentionInDays"],
        at_least(least),
        f"it must be {least} or more; where it is not set, logs are kept for ever",
    )
    if stack.production:
        yield from must_be_set(group, ["kmsKeyId"], "name a KMS key")


def _watched(
    watched: Resource,
    stack: Stack,
    namespace: str,
    metric: str,
    fits: Callable[[Resource], bool] = lambda _: True,
) -> bool:
    """Tell whether an alarm with an action watches a metric of a resource.

    Alarms are related by their dimensions' references. That actions are set is told of a preview,
    too: AWS adds none.
    """
    return any(
        alarm.get("namespace") == namespace
        and alarm.get("metricName") == metric
        and alarm.known("alarmActions")
        and alarm.get("actionsEnabled") is not False
        and fits(alarm)
        for alarm in stack.referring(ALARM, "dimensions", watched)
    )


def _needs(what: str, of: str) -> str:
    return f"no alarm with alarmActions watches {what} of {of}; make a MetricAlarm"


@rule(55, "CK319", FUNCTION, part="functions")
def functions_are_watched(function: Resource, stack: Stack) -> Problems:
    """Somebody hears of functions that fail, are throttled, or nearly take too long."""
    for metric in ("Errors", "Throttles"):
        if not _watched(function, stack, "AWS/Lambda", metric):
            yield _needs(metric, function.name)
    timeout = function.get("timeout") or 3

    def near(alarm: Resource) -> bool:
        limit = alarm.get("threshold")
        return (
            alarm.get("extendedStatistic") == "p99"
            and is_number(limit, 500 * timeout)
            and bool(limit < 1_000 * timeout)
        )

    if not _watched(function, stack, "AWS/Lambda", "Duration", near):
        yield _needs(
            f"Duration (p99, between half of and the whole timeout of {timeout} s)", function.name
        )


@rule(55, "CK319", "apigateway/restApi:RestApi", part="api")
def apis_are_watched(api: Resource, stack: Stack) -> Problems:
    """Somebody hears of an API that answers with server errors."""
    if not _watched(api, stack, "AWS/ApiGateway", "5XXError"):
        yield _needs("5XXError", api.name)


@rule(55, "CK319", QUEUE, part="queues")
def queues_are_watched(queue: Resource, stack: Stack) -> Problems:
    """Somebody hears of messages that wait too long, and of every dead letter."""
    waiting = stack.referring(MAPPING, "eventSourceArn", queue)
    # Messages that SQS moves by itself are not counted as sent: hence those that are there.
    metric = "ApproximateAgeOfOldestMessage" if waiting else "ApproximateNumberOfMessagesVisible"
    if not _watched(queue, stack, "AWS/SQS", metric):
        yield _needs(metric, queue.name)


@rule(55, "CK319", MAPPING, part="streams")
def streams_are_watched(mapping: Resource, stack: Stack) -> Problems:
    """Somebody hears of streams that are read too slowly."""
    only_if(mapping.get("startingPosition"))  # only streams have one
    for function in stack.targets(mapping, "functionName", FUNCTION):
        if not _watched(function, stack, "AWS/Lambda", "IteratorAge"):
            yield _needs("IteratorAge", function.name)
