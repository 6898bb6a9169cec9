"""The metric that counts what became of a function's requests, messages and files."""

import pulumi
import pulumi_aws as aws


def namespace() -> str:
    """Return the namespace that the stack's outcomes are counted in."""
    return f"{pulumi.get_project()}-{pulumi.get_stack()}/Outcomes"


def counted(
    name: str, log_group: aws.cloudwatch.LogGroup, opts: pulumi.ResourceOptions
) -> aws.cloudwatch.LogMetricFilter:
    """Count the records that have an ``outcome``: a metric of this name, by ``Outcome``."""
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
