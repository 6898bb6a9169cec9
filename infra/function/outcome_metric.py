"""The metric that counts the outcomes which a function logs."""

import pulumi
import pulumi_aws as aws


def namespace() -> str:
    """Return the namespace of the stack's metrics of outcomes."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}/Outcomes"


def outcome_metric(
    name: str, log_group: aws.cloudwatch.LogGroup, opts: pulumi.ResourceOptions
) -> aws.cloudwatch.LogMetricFilter:
    """Make a metric of this name that counts log records by their ``outcome``."""
    return aws.cloudwatch.LogMetricFilter(
        f"{name}-outcomes",
        log_group_name=log_group.name,
        pattern='{ $.outcome = "*" }',
        metric_transformation={
            "namespace": namespace(),
            "name": name,
            "value": "1",
            "dimensions": {"Outcome": "$.outcome"},
        },
        opts=opts,
    )
