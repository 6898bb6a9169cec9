"""Reads the alarms that are watched during a release."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ops.release.errors import ReleaseError

_MOST_NAMES = 100
"""Limit of one DescribeAlarms.
https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html"""


@dataclass(frozen=True, kw_only=True)
class Alarm:
    """The current state of one alarm.

    Attributes:
        name: its name in AWS.
        firing: whether its state is ``ALARM``. Insufficient data does not count.
        reason: why, in CloudWatch's words.
        seconds: how long a problem must last before the alarm fires; None if unknown.
    """

    name: str
    firing: bool
    reason: str
    seconds: int | None


class Alarms:
    """Alarms by name, by botocore's CloudWatch client (``cloudwatch:DescribeAlarms``)."""

    def __init__(self, client: Any, names: Iterable[str]) -> None:
        self._client = client
        self._names = frozenset(names)

    def read(self) -> list[Alarm]:
        """Return the state of each.

        Raises:
            ReleaseError: an alarm no longer exists.
        """
        found = []
        rest = iter(sorted(self._names))
        while names := list(islice(rest, _MOST_NAMES)):
            answer = self._client.describe_alarms(
                AlarmNames=names, AlarmTypes=["MetricAlarm"], MaxRecords=_MOST_NAMES
            )
            found += [_alarm(given) for given in answer["MetricAlarms"]]
        if gone := self._names - {alarm.name for alarm in found}:
            raise ReleaseError(
                f"There is no alarm {', '.join(sorted(gone))}, and nothing is released unwatched. "
                "Deploy the stack again."
            )
        return found

    def without(self, names: Iterable[str]) -> "Alarms":
        """Return all but some."""
        return Alarms(self._client, self._names - set(names))


def _alarm(given: dict[str, Any]) -> Alarm:
    periods = given.get("DatapointsToAlarm") or given.get("EvaluationPeriods")
    # An alarm on an expression of several metrics has no period.
    known = periods and given.get("Period")
    return Alarm(
        name=given["AlarmName"],
        firing=given["StateValue"] == "ALARM",
        reason=given.get("StateReason", ""),
        seconds=periods * given["Period"] if known else None,
    )
