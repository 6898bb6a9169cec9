"""What ``app release`` moves, and which alarms it watches meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.monitoring.alarms import Alarm

Releases = Mapping[str, Mapping[str, Any]]


def releases(
    functions: Sequence[ImageFunction], alarms: Sequence[tuple[Alarm, aws.cloudwatch.MetricAlarm]]
) -> Releases:
    """Return ``alias``, an ARN, and the names of the ``alarms`` of each function, by its name."""
    return {
        function.logical_name: {
            "alias": function.alias_arn,
            "alarms": [
                metric_alarm.name for alarm, metric_alarm in alarms if function in alarm.functions
            ],
        }
        for function in functions
    }
