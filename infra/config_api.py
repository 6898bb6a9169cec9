"""The configuration of the REST API."""

from typing import Literal

from pydantic import Field

from infra.config_values import CertificateArn, DomainName, HostedZoneId, Origin, Section


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

    name: DomainName = Field(description="Such as api.example.com.")
    certificate_arn: CertificateArn = Field(
        description="ARN of an ACM certificate, in the stack's region."
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None,
        description="Id of the Route 53 zone to write the alias record to; without it, DNS is "
        "yours.",
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
