"""Environments of a function that are started ahead, and wait for their callers."""

import pulumi
import pulumi_aws as aws


def kept_waiting(
    name: str, alias: aws.lambda_.Alias, count: int | None, opts: pulumi.ResourceOptions
) -> aws.lambda_.ProvisionedConcurrencyConfig | None:
    """Keep ``count`` environments of whatever version the alias points at; none where it is None.

    They follow the alias when it moves to another version. While it points at two, in the course
    of a release, Lambda refuses another ``count`` ("alias with weights").
    """
    if count is None:
        return None
    return aws.lambda_.ProvisionedConcurrencyConfig(
        name,
        function_name=alias.function_name,
        # The alias's own output: there is nothing to start before it points at a version.
        qualifier=alias.name,
        provisioned_concurrent_executions=count,
        opts=opts,
    )
