"""The typed configuration of a stack: every key of ``Pulumi.<stack>.yaml``, in one place."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from infra.config.api import Api
from infra.config.functions import Architecture, Functions, FunctionSettings
from infra.config.values import (
    Document,
    EmailAddress,
    PolicyArn,
    PrivateBlock,
    Registry,
    ScheduleExpression,
    Section,
)

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
        description="Log who read or wrote which object of the bucket, to a bucket for that; kept "
        "as long.",
    )


class Images(Section):
    """The functions' container images."""

    keep: int = Field(
        20, ge=5, le=1_000, description="Images kept for each function; older ones expire."
    )
    base: str = Field(
        "public.ecr.aws/lambda/python:3.13",
        description="Base image. Pinned by digest (`…python:3.13@sha256:…`), a rollback builds "
        "exactly what ran before, and a new digest is how the base's security fixes come in.",
    )
    source: str = Field("", description="URL of your repository, put on the images as a label.")
    registry: Registry | None = Field(
        None,
        description="Where the images are pushed to and run from, in place of ECR's own name: for "
        "emulators, whose ECR answers where they do.",
    )


class Email(Section):
    """How e-mails are sent."""

    sender: EmailAddress = Field(description="From address; its domain is verified by DKIM.")
    create_identity: bool = Field(
        True,
        description="Make the SES identity of the sender's domain. It is one for the account and "
        "region: false where another stack or tool has made it.",
    )
    batch_window_seconds: int = Field(
        5, ge=0, le=300, description="How long the queue gathers a batch."
    )
    max_concurrency: int = Field(
        5, ge=2, le=1_000, description="Functions that send at the same time, at most."
    )


class Uploads(Section):
    """How uploads are processed."""

    image_max_side: int = Field(
        1_600, ge=16, le=10_000, description="Longest side of a resized image, in pixels."
    )
    thumbnail_side: int = Field(
        256, ge=16, le=2_000, description="Longest side of a thumbnail, in pixels."
    )
    max_parse_mb: int = Field(
        25,
        ge=1,
        le=200,  # a function's /tmp of 512 MB holds the upload and two outputs
        description="Largest image or document that is parsed. Other files are copied, by S3 on "
        "its side: within the function's time that is some tens of GB; what is larger still ends "
        "as a dead letter.",
    )
    expire_days: int | None = Field(
        None, ge=1, description="Days after which uploads are deleted; without it, never."
    )

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of the function that processes uploads."""
        return {
            "IMAGE_MAX_SIDE": str(self.image_max_side),
            "THUMBNAIL_SIDE": str(self.thumbnail_side),
            "MAX_UPLOAD_MB": str(self.max_parse_mb),
        }

    @property
    def expiry(self) -> dict[str, int]:
        """Days after which objects are deleted, by prefix."""
        return {} if self.expire_days is None else {"uploads/": self.expire_days}

    @model_validator(mode="after")
    def _thumbnail_is_smaller(self) -> "Uploads":
        if self.thumbnail_side > self.image_max_side:
            raise ValueError(
                f"thumbnailSide is {self.thumbnail_side}; "
                f"must be at most imageMaxSide ({self.image_max_side})"
            )
        return self


class Schedules(Section):
    """When the scheduled functions run: rate(), cron() or at(), in UTC."""

    cleanup: ScheduleExpression = Field(
        "rate(1 hour)", description="When cleanup-expired runs: rate(), cron() or at(), in UTC."
    )
    report: ScheduleExpression = Field(
        "cron(15 0 * * ? *)",
        description="When daily-report runs, likewise. A day is reported from five minutes after "
        "midnight UTC on.",
    )


class Encryption(Section):
    """What data at rest is encrypted with."""

    customer_key: bool = Field(
        False,
        description="A KMS key of the stack's own for tables, bucket, queues, images, the "
        "functions' environment and snapshots, logs and alarm topic, in place of keys that AWS "
        "owns. $1 a month, and requests.",
    )


class Network(Section):
    """A network of the stack's own, which all functions run in and which no one else reaches."""

    cidr: PrivateBlock = Field(
        description="Its addresses, such as 10.20.0.0/24. The functions then run in a VPC in two "
        "zones, without a way to the internet, and reach AWS's services by endpoints, which cost "
        "by the hour. Changing it makes the network anew.",
    )


class Alarms(Section):
    """Who hears of alarms."""

    email: EmailAddress | None = Field(
        None, description="Address subscribed to the alarm topic; it must confirm once."
    )
    runbook: Document = Field(
        "docs/runbook.md",
        description="Where whom alarms wake finds `docs/runbook.md`: its URL in your repository's "
        "web view makes the section that each alarm's description names a link.",
    )


class StackConfig(Section):
    """The configuration of one stack."""

    environment: Literal["development", "production"] = Field(
        "development",
        description="production: whatever this program holds necessary there must be switched on, "
        "and is named where it is not.",
    )
    removal_policy: Literal["retain", "destroy"] = Field(
        "retain",
        description="retain: data is protected from deletion. destroy: for throw-away stacks, "
        "`pulumi destroy` deletes tables, buckets with their objects, and images.",
    )
    permissions_boundary: PolicyArn | None = Field(
        None,
        description="ARN of the policy that no role of the stack's can go beyond, whatever its own "
        "policies say: `bootstrap/` makes one for each environment, and its deploy role makes no "
        "role without.",
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
    email: Email = Field(description="E-mails.")
    uploads: Uploads = Field(default_factory=Uploads, description="Uploads.")
    schedules: Schedules = Field(default_factory=Schedules, description="Schedules.")
    encryption: Encryption = Field(default_factory=Encryption, description="Encryption at rest.")
    network: Network | None = Field(None, description="A network of the stack's own.")
    alarms: Alarms = Field(default_factory=Alarms, description="Alarms.")

    @field_validator("api")
    @classmethod
    def _account_has_its_log_role(cls, api: Api, info: ValidationInfo) -> Api:
        """That role is for all stacks of the account, and a boundary is for those of one."""
        if info.data.get("permissions_boundary") and api.account_log_role:
            raise ValueError(
                "accountLogRole is true; must be false where permissionsBoundary is given, for "
                "bootstrap/ makes both the boundary and the account's role"
            )
        return api

    @field_validator("email")
    @classmethod
    def _senders_are_not_throttled(cls, email: Email, info: ValidationInfo) -> Email:
        """Lambda would take more messages than it can work on; each time counts as a receive."""
        functions: dict[str, FunctionSettings] = info.data.get("functions", {})
        reserved = functions.get("send-email", FunctionSettings()).reserved_concurrency
        if reserved is not None and reserved < email.max_concurrency:
            raise ValueError(
                f"maxConcurrency is {email.max_concurrency}; must be at most "
                f"functions.send-email.reservedConcurrency ({reserved}): messages that are "
                "throttled use up their receives, and end as dead letters"
            )
        return email

    def function(self, name: str) -> FunctionSettings:
        """Return what is set for a function; the defaults, where nothing is."""
        return self.functions.get(name, FunctionSettings())

    @property
    def retain(self) -> bool:
        """Whether data outlives the stack."""
        return self.removal_policy == "retain"
