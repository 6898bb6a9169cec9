"""The typed configuration of an account's bootstrap: every key of ``Pulumi.<stack>.yaml``."""

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from infra.config.section import Form, Section
from infra.config.texts import DomainName, HostedZoneId

Repository = Annotated[
    str,
    Form(
        r"[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100}",
        "a GitHub repository as OWNER/NAME, without * or https://",
    ),
]
GitHubId = Annotated[str, Form("[1-9][0-9]{0,19}", "a number that GitHub gave, such as 123456")]
ProviderArn = Annotated[
    str,
    Form(
        "arn:aws[a-z-]*:iam::[0-9]{12}:oidc-provider/token.actions.githubusercontent.com",
        "the ARN of GitHub's OIDC provider, such as arn:aws:iam::123456789012:oidc-provider/"
        "token.actions.githubusercontent.com",
    ),
]
# Part of GitHub's subjects and IAM's patterns: without characters that have a meaning there.
EnvironmentName = Annotated[
    str,
    Form(
        "[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?", "lower-case letters, digits and hyphens, at most 20"
    ),
]
Stacks = Annotated[
    str,
    Form(
        r"[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?|[a-z0-9][a-z0-9-]{0,15}-\*",
        "a stack's name such as prod, or the beginning of several with a hyphen and * such as pr-*",
    ),
]

_ROLE_NAME = 64  # characters, at most
_BUCKET_NAME = 63


class Environment(Section):
    """An environment of the repository on GitHub, and the stacks that are deployed from it."""

    stacks: Stacks | None = Field(
        None, description="The stack, or several such as pr-*; the environment's name if None."
    )
    sender: DomainName = Field(description="Domain that the stacks send e-mails from.")
    hosted_zone_id: HostedZoneId | None = Field(
        None, description="Id of the Route 53 zone of their API's domain, if there is one."
    )
    destroy: bool = Field(
        False,
        description="Whether deployments may delete tables, buckets, images, keys and user pools: "
        "for throw-away stacks.",
    )


class BootstrapConfig(Section):
    """The configuration of one account and region."""

    owner_id: GitHubId | None = Field(
        None,
        description="Id of the repository's owner, if GitHub's subjects contain ids: for "
        "repositories created, renamed or transferred since 15 July 2026, and those that "
        "opted in.",
    )
    repository_id: GitHubId | None = Field(
        None, description="Id of the repository; required with ownerId."
    )
    repository: Repository = Field(description="The repository whose workflows may deploy.")
    environments: dict[EnvironmentName, Environment] = Field(
        min_length=1, description="Environments, by their names on GitHub."
    )
    oidc_provider_arn: ProviderArn | None = Field(
        None,
        description="GitHub's OIDC provider, if the account has one: all regions and repositories "
        "share it. Made if None.",
    )

    @property
    def subject(self) -> str:
        """The repository as it is written in a job's subject, after ``repo:``.

        https://docs.github.com/en/actions/reference/security/oidc
        """
        if self.owner_id is None:
            return self.repository
        owner, name = self.repository.split("/")
        return f"{owner}@{self.owner_id}/{name}@{self.repository_id}"

    def room_for_project(self, stack: str) -> int:
        """Return how many characters the project's name may have, for AWS to take all names.

        Roles are named `<project>-<environment>-deploy` and `<project>-<stack>-preview`; the
        longest name of a bucket is `<project>-state-access-log-<7 characters>`.
        """
        return min(
            _ROLE_NAME - len(f"-{max(self.environments, key=len)}-deploy"),
            _ROLE_NAME - len(f"-{stack}-preview"),
            _BUCKET_NAME - len("-state-access-log-") - 7,
        )

    @field_validator("repository")
    @classmethod
    def _ids_come_together(cls, repository: str, info: ValidationInfo) -> str:
        # An invalid id is not in the data; its own error names it.
        ids = [info.data[name] for name in ("owner_id", "repository_id") if name in info.data]
        if len(ids) == 2 and None in ids and ids != [None, None]:
            raise ValueError(
                "must have both ownerId and repositoryId, or neither: GitHub's subjects hold both "
                "or none (gh api repos/OWNER/NAME --jq '.owner.id, .id')"
            )
        return repository

    @field_validator("environments")
    @classmethod
    def _stacks_are_distinct(cls, environments: dict[str, Environment]) -> dict[str, Environment]:
        """Refuse stacks whose name begins with another's: roles are restricted by names."""
        names = [(name, (e.stacks or name).removesuffix("-*")) for name, e in environments.items()]
        for one, stack in [*names, ("bootstrap/", "bootstrap")]:
            for other, longer in names:
                if one != other and f"{longer}-".startswith(f"{stack}-"):
                    raise ValueError(
                        f"{other}: its stacks {longer!r} begin with {stack!r}, the name of "
                        f"{one}'s; names of its resources would be those of both"
                    )
        return environments
