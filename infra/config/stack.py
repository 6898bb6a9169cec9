"""The typed configuration of a stack: the keys of ``Pulumi.<stack>.yaml`` that every stack has."""

from typing import Any, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from infra.config.api import Api
from infra.config.emulator import Emulator
from infra.config.functions import Architecture, Functions, FunctionSettings
from infra.config.graphql import GraphQL
from infra.config.production import check
from infra.config.section import Section
from infra.config.texts import BaseImage, Document, EmailAddress, PolicyArn, PrivateBlock

# The values CloudWatch Logs takes:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip


class Logs(Section):
    """How long logs are kept."""

    retention_days: RetentionDays = Field(30, description="Days that every log group is kept.")
    bucket_access: bool = Field(
        False,
        description="Log who reads or writes which object of the bucket. The log is in a bucket of "
        "its own, and kept for as many days.",
    )


class Images(Section):
    """The functions' container images."""

    keep: int = Field(
        20, ge=5, le=1_000, description="Images kept for each function; older ones expire."
    )
    base: BaseImage = Field(
        "public.ecr.aws/lambda/python:3.13",
        description="Base image. `make pin STACK=…` pins it by digest (`…python:3.13@sha256:…`), "
        "and moves the pin later, for the base's security fixes. Without a pin, each build takes "
        "the image that the tag names that day.",
    )
    source: str = Field("", description="URL of your repository, set as a label of the images.")


class Encryption(Section):
    """Encryption of data at rest."""

    customer_key: bool = Field(
        False,
        description="Encrypt tables, bucket, queues, images, the functions' environment and "
        "snapshots, logs and alarm topic with a KMS key of the stack's own instead of keys that "
        "AWS owns. It costs $1 a month, plus requests.",
    )


class Network(Section):
    """A private network of the stack's own, in which all functions run."""

    cidr: PrivateBlock = Field(
        description="Addresses of the network, such as 10.20.0.0/24. The functions then run in a "
        "VPC in two zones without internet access, and reach AWS services by endpoints, which cost "
        "by the hour. A change replaces the network.",
    )
    internet: bool = Field(
        False,
        description="Let functions whose grants ask for it, such as that of an e-mail provider, "
        "reach the internet by HTTPS through a NAT gateway: about $37 a month, and $0.045 per GB.",
    )


class Alarms(Section):
    """Who is notified of alarms."""

    email: EmailAddress | None = Field(
        None,
        description="E-mail address to subscribe to the alarm topic. The recipient must confirm "
        "the subscription once.",
    )
    runbook: Document = Field(
        "docs/runbook.md",
        description="URL of the runbook for on-call. With the URL of `docs/runbook.md` in your "
        "repository's web view, each alarm's description links to its section.",
    )


class StackConfig(Section):
    """The configuration of one stack, without the application's own keys.

    An application derives its configuration from this class, and adds its sections.
    """

    # Production's rules hold for defaults, too.
    model_config = ConfigDict(validate_default=True)

    environment: Literal["development", "production"] = Field(
        "development",
        description="production: every safeguard that production requires must be switched on; the "
        "error names those that are not.",
    )
    removal_policy: Literal["retain", "destroy"] = Field(
        "retain",
        description="retain: data is protected from deletion. destroy: for throw-away stacks, "
        "`pulumi destroy` deletes tables, buckets with their objects, and images.",
    )
    permissions_boundary: PolicyArn | None = Field(
        None,
        description="ARN of the policy that limits every role of the stack, whatever its own "
        "policies allow. `bootstrap/` makes one for each environment; its deploy role can create "
        "no role without it.",
    )
    release: Literal["all_at_once", "canary"] = Field(
        "all_at_once",
        description="How a new version of a function goes live. all_at_once: `pulumi up` moves "
        "the alias. canary: `pulumi up` only publishes it, and `make release` moves the alias.",
    )
    logs: Logs = Field(default_factory=Logs, description="Logs.")
    architecture: Architecture = Field(
        "arm64", description="Processor of the functions and of their images."
    )
    functions: Functions = Field({}, description="Functions, each by its name.")
    images: Images = Field(default_factory=Images, description="Container images.")
    api: Api = Field(default_factory=Api, description="The REST API.")
    graphql: GraphQL = Field(default_factory=GraphQL, description="The GraphQL API.")
    encryption: Encryption = Field(default_factory=Encryption, description="Encryption at rest.")
    network: Network | None = Field(None, description="A network of the stack's own.")
    alarms: Alarms = Field(default_factory=Alarms, description="Alarms.")
    emulator: Emulator | None = Field(None, description="An AWS emulator in place of AWS.")

    @field_validator("api")
    @classmethod
    def _account_has_its_log_role(cls, api: Api, info: ValidationInfo) -> Api:
        """Refuse to set a role for the whole account within one environment's boundary."""
        if info.data.get("permissions_boundary") and api.account_log_role:
            raise ValueError(
                "accountLogRole is true; must be false if permissionsBoundary is given, because "
                "bootstrap/ creates both the boundary and the account's role"
            )
        return api

    @field_validator("*")
    @classmethod
    def _production_has_what_it_needs(cls, value: Any, info: ValidationInfo) -> Any:
        if info.data.get("environment") == "production":
            check(str(cls.model_fields[str(info.field_name)].alias), value)
        return value

    def function(self, name: str) -> FunctionSettings:
        """Return a function's settings, or the defaults."""
        return self.functions.get(name, FunctionSettings())

    @property
    def retain(self) -> bool:
        """True if data outlives the stack."""
        return self.removal_policy == "retain"
