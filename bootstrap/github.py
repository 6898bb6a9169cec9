"""GitHub as an identity provider: workflows assume roles without stored credentials.

https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

import pulumi
import pulumi_aws as aws

from infra.json_text import json_output

_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"


def provider_arn(name: str, existing: str | None) -> pulumi.Output[str]:
    """Return the ARN of the account's provider for GitHub; make the provider if there is none."""
    if existing:
        return pulumi.Output.from_input(existing)
    provider = aws.iam.OpenIdConnectProvider(
        name,
        url=f"https://{_ISSUER}",
        client_id_lists=[_AUDIENCE],
        # Roles of other repositories may trust it, too.
        opts=pulumi.ResourceOptions(protect=True),
    )
    return provider.arn


def trust(provider: pulumi.Output[str], repository: str, subject: str) -> pulumi.Output[str]:
    """Return the policy that lets one subject of one repository assume a role.

    ``repository``: as it is written in subjects, see ``BootstrapConfig.subject``.
    ``subject``: such as ``environment:prod``, for jobs that name the environment and passed its
    protection rules; or ``pull_request``. It is compared exactly, without patterns.
    """
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": provider},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {
                f"{_ISSUER}:aud": _AUDIENCE,
                f"{_ISSUER}:sub": f"repo:{repository}:{subject}",
            }
        },
    }
    return json_output({"Version": "2012-10-17", "Statement": [statement]})
