"""The typed configuration of a stack: every key of ``Pulumi.<stack>.yaml``, in one place."""

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.alias_generators import to_camel

_HANDLERS = Path(__file__).parent.parent / "handlers"


def _function_name(name: str) -> str:
    functions = sorted(p.parent.name.replace("_", "-") for p in _HANDLERS.glob("*/handler.py"))
    if name not in functions:
        raise ValueError(f"no such function; allowed: {', '.join(functions)}")
    return name


def _origin(origin: str) -> str:
    if not re.fullmatch(r"https?://[A-Za-z0-9.-]+(:[0-9]{1,5})?", origin):
        raise ValueError("must be an origin such as https://app.example.com, without a path or *")
    return origin


FunctionName = Annotated[str, AfterValidator(_function_name)]
Origin = Annotated[str, AfterValidator(_origin)]
EmailAddress = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$")]
ScheduleExpression = Annotated[
    str, StringConstraints(pattern=r"^(rate\([1-9][0-9]* (minute|hour|day)s?\)|(cron|at)\(.+\))$")
]
# The values CloudWatch Logs takes:
# https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html
RetentionDays = Literal[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
]  # fmt: skip


class Section(BaseModel):
    """A group of keys; unknown ones are refused."""

    # Strict: true is no number, and "7" is text.
    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", alias_generator=to_camel)


class Logs(Section):
    """What is logged, and for how long it is kept."""

    level: Literal["INFO", "WARN", "ERROR"] = Field(
        "INFO",
        description="The functions' log level. Not DEBUG: libraries would log what they send.",
    )
    retention_days: RetentionDays = Field(30, description="Days that every log group is kept.")


class Functions(Section):
    """What all functions share, and what single functions have of their own."""

    architecture: Literal["arm64", "x86_64"] = Field(
        "arm64", description="Processor of the functions and of their images."
    )
    memory_mb: dict[FunctionName, Annotated[int, Field(ge=128, le=10_240)]] = Field(
        {}, description="Memory in MB by function, where it is not the program's."
    )
    reserved_concurrency: dict[FunctionName, Annotated[int, Field(ge=1)]] = Field(
        {},
        description="Reserved concurrency by function. New accounts have a quota of 10 in all, "
        "and 10 must stay unreserved: leave this out until the quota was raised.",
    )


class Images(Section):
    """The functions' container images."""

    keep: int = Field(
        20, ge=5, le=1_000, description="Images kept for each function; older ones expire."
    )
    source: str = Field("", description="URL of your repository, put on the images as a label.")


class Throttle(Section):
    """A token bucket."""

    rate_limit: float = Field(gt=0, le=10_000, description="Requests a second, steady.")
    burst_limit: int = Field(ge=1, le=5_000, description="Requests at once, at most.")


class Quota(Section):
    """How many requests a key may make in a period."""

    limit: int = Field(ge=1, description="Requests in a period.")
    period: Literal["DAY", "WEEK", "MONTH"] = Field("MONTH", description="The period.")


class UsagePlan(Throttle):
    """Callers must send an API key (``x-api-key``); this is what a key allows."""

    quota: Quota | None = Field(None, description="Requests a key may make in a period.")


class Domain(Section):
    """A custom domain for the API."""

    name: str = Field(
        pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$", description="Such as api.example.com."
    )
    certificate_arn: str = Field(
        pattern=r"^arn:aws[a-z-]*:acm:", description="ACM certificate, in the stack's region."
    )
    hosted_zone_id: str | None = Field(
        None,
        pattern=r"^Z[A-Z0-9]+$",
        description="Route 53 zone to write the alias record to; without it, DNS is yours.",
    )


class Api(Section):
    """The REST API."""

    throttle: Throttle = Field(
        default_factory=lambda: Throttle.model_validate({"rateLimit": 50, "burstLimit": 100}),
        description="Limit over all callers; 50 a second and 100 at once where left out.",
    )
    usage_plan: UsagePlan | None = Field(None, description="Require an API key, within limits.")
    cors_origins: list[Origin] = Field([], description="Web origins that may call the API.")
    domain: Domain | None = Field(None, description="A custom domain.")
    account_log_role: bool = Field(
        True,
        description="Set the role by which API Gateway writes logs. It is one for the account and "
        "region: false where something else manages it.",
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
        le=256,
        description="Largest image or document that is parsed; other files of any size are copied.",
    )
    expire_days: int | None = Field(
        None, ge=1, description="Days after which uploads are deleted; without it, never."
    )

    @property
    def settings(self) -> dict[str, str]:
        """What the function that processes uploads reads from its environment."""
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

    cleanup: ScheduleExpression = Field("rate(1 hour)", description="cleanup-expired.")
    report: ScheduleExpression = Field("cron(15 0 * * ? *)", description="daily-report.")


class Alarms(Section):
    """Who hears of alarms."""

    email: EmailAddress | None = Field(
        None, description="Address subscribed to the alarm topic; it must confirm once."
    )


class StackConfig(Section):
    """The configuration of one stack."""

    removal_policy: Literal["retain", "destroy"] = Field(
        "retain",
        description="retain: data is protected from deletion. destroy: for throw-away stacks, "
        "`pulumi destroy` deletes tables, buckets with their objects, and images.",
    )
    logs: Logs = Field(default_factory=Logs, description="Logs.")
    functions: Functions = Field(default_factory=Functions, description="Functions.")
    images: Images = Field(default_factory=Images, description="Container images.")
    api: Api = Field(default_factory=Api, description="The REST API.")
    email: Email = Field(description="E-mails.")
    uploads: Uploads = Field(default_factory=Uploads, description="Uploads.")
    schedules: Schedules = Field(default_factory=Schedules, description="Schedules.")
    alarms: Alarms = Field(default_factory=Alarms, description="Alarms.")

    @property
    def retain(self) -> bool:
        """Whether data outlives the stack."""
        return self.removal_policy == "retain"
