"""What an account has once: the state of all stacks, deploy roles, API Gateway's log role."""

import sys
from pathlib import Path

import pulumi
import pulumi_aws as aws

# Pulumi runs a program in its own folder.
sys.path.append(str(Path(__file__).resolve().parent.parent))

from bootstrap import github
from bootstrap.config import BootstrapConfig
from bootstrap.roles import (
    DeployRole,
    DeployRoleArgs,
    PreviewRole,
    PreviewRoleArgs,
    Values,
)
from bootstrap.state import State
from infra.config.loader import read
from infra.config.names import check_project
from infra.triggers.http.account import account_log_role

config = read(BootstrapConfig)
check_project(pulumi.get_project(), config.room_for_project(pulumi.get_stack()))
project = pulumi.get_project().removesuffix("-bootstrap")  # of the stacks that are deployed
region = aws.get_region_output().region
partition = aws.get_partition_output()

state = State("state")
provider = github.provider_arn("github", config.oidc_provider_arn)
account_log_role("gateway", pulumi.ResourceOptions())


def values(stacks: str, **more: str) -> Values:
    """Return the values of the placeholders in permissions, for stacks of a name."""
    return {
        "partition": partition.partition,
        "suffix": partition.dns_suffix,
        "region": region,
        "account": aws.get_caller_identity_output().account_id,
        "project": project,
        "stack": stacks,
        "name": f"{project}-{stacks}",
        "bucket": state.bucket.arn,
        "key": state.key.arn,
        **more,
    }


environments = {}
for name, environment in config.environments.items():
    stacks = environment.stacks or name
    zone = {"zone": environment.hosted_zone_id} if environment.hosted_zone_id else {}
    deploy = DeployRole(
        f"deploy-{name}",
        DeployRoleArgs(
            environment=name,
            trust=github.trust(provider, config.subject, f"environment:{name}"),
            values=values(stacks, sender=environment.sender, **zone),
            destroy=environment.destroy,
        ),
    )
    environments[name] = {
        "deploy_role_arn": deploy.role.arn,
        "permissions_boundary": deploy.boundary.arn,
        "secrets_provider": state.secrets_provider(region, stacks),
    }
preview = PreviewRole(
    "preview",
    PreviewRoleArgs(
        trust=github.trust(provider, config.subject, "pull_request"),
        values=values("*", sender="*"),
    ),
)

pulumi.export("backend_url", state.backend_url)
pulumi.export("secrets_provider", state.secrets_provider(region, pulumi.get_stack()))
pulumi.export("preview_role_arn", preview.role.arn)
pulumi.export("environments", environments)
