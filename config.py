"""The application's own keys of ``Pulumi.<stack>.yaml``; infra/config/ has those of every stack."""

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator, model_validator

from infra.access.mail_sender import MailSenderArgs
from infra.config.functions import FunctionSettings
from infra.config.schedules import ScheduleExpression
from infra.config.section import Section
from infra.config.stack import StackConfig
from infra.config.texts import EmailAddress, KeyArn, SecretArn

_UPLOAD_MEMORY_MB = 512


class ApiKey(Section):
    """Where the provider's API key is."""

    secret_arn: SecretArn = Field(
        description="ARN of a secret in the stack's region, whose text is the API key."
    )
    kms_key_arn: KeyArn | None = Field(
        None,
        description="ARN of the KMS key of the secret, if that is not `aws/secretsmanager`.",
    )


class Email(Section):
    """How e-mails are sent."""

    sender: EmailAddress = Field(
        description="From address. SES verifies its domain by DKIM; with another provider, verify "
        "it there."
    )
    create_identity: bool = Field(
        True,
        description="Create the SES identity of the sender's domain. An account has one such "
        "identity in each region: choose false if another stack or tool has created it.",
    )
    provider: Literal["ses", "sendgrid"] = Field(
        "ses",
        description="The service that sends the e-mails."
        " sendgrid: SendGrid's API on the internet, with a key in Secrets Manager ($0.40 a month); "
        "no SES resources are created.",
    )
    api_key: ApiKey | None = Field(
        None,
        description="The secret that holds the provider's API key, if you have created one. "
        "Otherwise the program creates an empty secret, and you put the key there. Not for ses.",
    )
    batch_window_seconds: int = Field(
        5, ge=0, le=300, description="How long the queue collects a batch."
    )
    max_concurrency: int = Field(
        5,
        ge=2,
        le=1_000,
        description="Most invocations of send-email at the same time; at most its "
        "`reservedConcurrency`, if that is set.",
    )

    @property
    def sender_args(self) -> MailSenderArgs:
        """Return the arguments of what sends them."""
        return MailSenderArgs(
            sender=self.sender,
            create_identity=self.create_identity,
            provider=self.provider,
            secret_arn=self.api_key.secret_arn if self.api_key else None,
            kms_key_arn=self.api_key.kms_key_arn if self.api_key else None,
        )

    @model_validator(mode="after")
    def _ses_has_no_key(self) -> "Email":
        if self.provider == "ses" and self.api_key:
            raise ValueError(
                "apiKey is given, and provider is ses, which needs none; leave apiKey out, or name "
                "the provider that it is for"
            )
        return self


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
        description="Largest image or document that is parsed. S3 copies other files itself, some "
        "tens of GB within the function's time; a larger file becomes a dead letter.",
    )
    max_request_mb: int = Field(
        100,
        ge=1,
        le=5_120,  # S3 accepts no more by a form
        description="Largest file that callers of the API may upload. S3 refuses a file whose size "
        "differs from the requested one. Files of more than `maxParseMb` are copied or rejected.",
    )
    expire_days: int | None = Field(
        None, ge=1, le=36_500, description="Days after which uploads are deleted; never by default."
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
    def limits(self) -> dict[str, str]:
        """Return the environment of the function that takes requests for uploads."""
        return {"MAX_REQUEST_MB": str(self.max_request_mb)}

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


class Live(Section):
    """Live push: its limits for callers."""

    max_connections: int = Field(
        100,
        ge=1,
        le=1_000,
        description="WebSocket connections of one caller at the same time. "
        "With `none`, all callers together count as one.",
    )
    max_subscriptions: int = Field(
        20, ge=1, le=1_000, description="Uploads that one connection may subscribe to."
    )

    @property
    def limits(self) -> dict[str, str]:
        """Return the environment of the function that takes connections and subscriptions."""
        return {
            "MAX_CONNECTIONS": str(self.max_connections),
            "MAX_SUBSCRIPTIONS": str(self.max_subscriptions),
        }


class Schedules(Section):
    """When the scheduled functions run: rate(), cron() or at(), in UTC."""

    cleanup: ScheduleExpression = Field(
        "rate(1 hour)", description="When the clean-up runs: rate(), cron() or at(), in UTC."
    )
    report: ScheduleExpression = Field(
        "cron(15 0 * * ? *)",
        description="When the daily report is written, in the same form. A day can be reported "
        "from five minutes after midnight UTC on.",
    )


class AppConfig(StackConfig):
    """The configuration of one stack of this application."""

    email: Email = Field(description="E-mails.")
    uploads: Uploads = Field(default_factory=Uploads, description="Uploads.")
    live: Live = Field(default_factory=Live, description="Live push.")
    schedules: Schedules = Field(default_factory=Schedules, description="Schedules.")

    @field_validator("functions")
    @classmethod
    def _uploads_have_memory(
        cls, functions: dict[str, FunctionSettings]
    ) -> dict[str, FunctionSettings]:
        """Refuse too little memory: the function takes half of 512 MB, a parsed image the rest."""
        settings = functions.get("process-upload", FunctionSettings())
        if settings.memory_mb is not None and settings.memory_mb < _UPLOAD_MEMORY_MB:
            raise ValueError(
                f"process-upload.memoryMb is {settings.memory_mb}; must be at least "
                f"{_UPLOAD_MEMORY_MB}, because it holds images while it resizes them"
            )
        return functions

    @field_validator("email")
    @classmethod
    def _the_provider_can_be_reached(cls, email: Email, info: ValidationInfo) -> Email:
        network, in_emulator = info.data.get("network"), info.data.get("emulator") is not None
        if email.provider != "ses" and in_emulator:
            raise ValueError(
                f"provider is {email.provider}, and the stack runs in an emulator, which stands in "
                "for AWS only; set provider to ses"
            )
        if email.provider != "ses" and network is not None and not network.internet:
            raise ValueError(
                f"provider is {email.provider}, on the internet, and the functions run in a "
                "network without internet access; set network.internet to true (a NAT gateway, "
                "about $37 a month), or provider to ses"
            )
        return email

    @field_validator("email")
    @classmethod
    def _senders_are_not_throttled(cls, email: Email, info: ValidationInfo) -> Email:
        """Refuse more senders than may run: each message that is fetched counts as received."""
        functions: dict[str, FunctionSettings] = info.data.get("functions", {})
        reserved = functions.get("send-email", FunctionSettings()).reserved_concurrency
        if reserved is not None and reserved < email.max_concurrency:
            raise ValueError(
                f"maxConcurrency is {email.max_concurrency}; must be at most "
                f"functions.send-email.reservedConcurrency ({reserved}): messages that are "
                "throttled use up their receives, and end as dead letters"
            )
        return email
