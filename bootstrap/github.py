"""GitHub as an identity provider: workflows take roles without a stored key.

https://docs.github.com/en/actions/how-tos/secure-your-work/security-harden-deployments/oidc-in-aws
"""

import pulumi
import pulumi_aws as aws

_ISSUER = "token.actions.githubusercontent.com"
_AUDIENCE = "sts.amazonaws.com"


def provider_arn(name: str, existing: str | None) -> pulumi.Output[str]:
    """Return the account's provider for GitHub; make it, where none exists."""
    if existing:
        return pulumi.Output.from_input(existing)
    provider = aws.iam.OpenIdConnectProvider(
        name,
        url=f"https://{_ISSUER}",
        client_id_lists=[_AUDIENCE],
        # Other repositories' roles trust it as well.
        opts=pulumi.ResourceOptions(protect=True),
    )
    return provider.arn


def trust(provider: pulumi.Output[str], repository: str, subject: str) -> pulumi.Output[str]:
    """Make the policy by which a role is taken from one repository, as one subject.

    ``repository``: as GitHub writes it in its subjects, see ``BootstrapConfig.subject``.
    ``subject``: such as ``environment:prod``, which a job is that names the environment and has
    passed its protection rules; or ``pull_request``. No patterns: a subject is all or nothing.
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
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
