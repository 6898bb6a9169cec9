"""The alias that every trigger points at, and environments that are started ahead for it."""

import pulumi
import pulumi_aws as aws

from infra.config.stack import StackConfig

ALIAS = "live"


def live_alias(
    name: str, function: aws.lambda_.Function, config: StackConfig, opts: pulumi.ResourceOptions
) -> aws.lambda_.Alias:
    """Make the alias; Pulumi moves it to each new version, unless releases are canaries."""
    # All that Pulumi could change of an alias in place: if it could change one of them, that update
    # would set the others back to the values in its state.
    released = ["description", "functionVersion", "routingConfig"]
    ignored = released if config.release == "canary" else None
    return aws.lambda_.Alias(
        f"{name}-{ALIAS}",
        name=ALIAS,
        function_name=function.name,
        function_version=function.version,
        opts=pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(ignore_changes=ignored)),
    )


def provisioned_concurrency(
    name: str, alias: aws.lambda_.Alias, count: int | None, opts: pulumi.ResourceOptions
) -> aws.lambda_.ProvisionedConcurrencyConfig | None:
    """Keep ``count`` environments of the alias's version started; none if it is None.

    They follow the alias to another version. While a release points it at two versions, Lambda
    refuses to change the count ("alias with weights").
    """
    if count is None:
        return None
    return aws.lambda_.ProvisionedConcurrencyConfig(
        name,
        function_name=alias.function_name,
        # The alias's own output: nothing can start before the alias points at a version.
        qualifier=alias.name,
        provisioned_concurrent_executions=count,
        opts=opts,
    )
