"""Row 53: schedules."""

from .model import SCHEDULE, Resource, Stack
from .rule import Problems, at_least, must, must_be_set, rule


@rule(53, "SR ES4000, CK297", SCHEDULE, per_resource=True)
def retries_and_dead_letters(schedule: Resource, _: Stack) -> Problems:
    """Schedules retry failed deliveries, then keep them in a dead-letter queue."""
    yield from must_be_set(
        schedule, ["target", "deadLetterConfig", "arn"], "name a queue for failed deliveries"
    )
    for limit, least in (("maximumRetryAttempts", 1), ("maximumEventAgeInSeconds", 60)):
        yield from must(
            schedule,
            ["target", "retryPolicy", limit],
            at_least(least),
            f"set it to {least} or more",
        )
