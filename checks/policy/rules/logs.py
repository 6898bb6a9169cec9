"""Rows 54 and 55: log groups and alarms."""

from collections.abc import Callable

from .model import FUNCTION, LOG_GROUP, MAPPING, QUEUE, Resource, Stack
from .rule import Problems, at_least, is_number, must, must_be_set, only_if, rule

ALARM = "cloudwatch/metricAlarm:MetricAlarm"
YEAR = 365


@rule(54, "CK66/338, CK158", LOG_GROUP, per_resource=True)
def logs_expire(group: Resource, stack: Stack) -> Problems:
    """Logs expire; in production after at least a year, and encrypted with a KMS key."""
    least = YEAR if stack.production else 1
    yield from must(
        group,
        ["retentionInDays"],
        at_least(least),
        f"it must be {least} or more; without it, logs never expire",
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
    """Return whether an alarm with an action watches a metric of a resource.

    An alarm belongs to what its dimensions refer to. A preview knows whether an alarm has actions,
    because AWS adds none.
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
    return f"no MetricAlarm with alarmActions watches {what} of {of}; create one"


@rule(55, "CK319", FUNCTION, part="functions")
def functions_are_watched(function: Resource, stack: Stack) -> Problems:
    """Alarms watch each function's errors, throttles and duration."""
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
            f"Duration (p99, between half and all of the timeout of {timeout} s)", function.name
        )


@rule(55, "CK319", "apigateway/restApi:RestApi", part="api")
def apis_are_watched(api: Resource, stack: Stack) -> Problems:
    """An alarm watches each API's server errors."""
    if not _watched(api, stack, "AWS/ApiGateway", "5XXError"):
        yield _needs("5XXError", api.name)


@rule(55, "CK319", QUEUE, part="queues")
def queues_are_watched(queue: Resource, stack: Stack) -> Problems:
    """Alarms watch the age of waiting messages and the number of dead letters."""
    readers = stack.referring(MAPPING, "eventSourceArn", queue)
    # SQS does not count dead letters as sent, so the alarm counts those in the queue.
    metric = "ApproximateAgeOfOldestMessage" if readers else "ApproximateNumberOfMessagesVisible"
    if not _watched(queue, stack, "AWS/SQS", metric):
        yield _needs(metric, queue.name)


@rule(55, "CK319", MAPPING, part="streams")
def streams_are_watched(mapping: Resource, stack: Stack) -> Problems:
    """An alarm watches how far each reader is behind its stream."""
    only_if(mapping.get("startingPosition"))  # only streams have one
    for function in stack.targets(mapping, "functionName", FUNCTION):
        if not _watched(function, stack, "AWS/Lambda", "IteratorAge"):
            yield _needs("IteratorAge", function.name)
