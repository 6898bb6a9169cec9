"""Row 53: schedules."""

from .model import SCHEDULE, Resource, Stack
from .rule import Problems, at_least, must, must_be_set, rule


@rule(53, "SR ES4000, CK297", SCHEDULE, alone=True)
def patient(schedule: Resource, _: Stack) -> Problems:
    """What a schedule cannot deliver is tried again, then kept."""
    yield from must_be_set(
        schedule, ["target", "deadLetterConfig", "arn"], "name a queue for what is not delivered"
    )
    for limit, least in (("maximumRetryAttempts", 1), ("maximumEventAgeInSeconds", 60)):
        yield from must(
            schedule,
            ["target", "retryPolicy", limit],
            at_least(least),
            f"set a number from {least}",
        )
