"""The configuration of the REST API."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from infra.config.origins import distinct
from infra.config.section import Section
from infra.config.texts import (
    CallbackUrl,
    CertificateArn,
    DomainName,
    HostedZoneId,
    Origin,
    ResourceServerId,
    UserPoolArn,
)


class Throttle(Section):
    """A token bucket."""

    rate_limit: float = Field(gt=0, le=10_000, description="Steady rate, in requests a second.")
    burst_limit: int = Field(ge=1, le=5_000, description="Most requests at once.")


class Quota(Section):
    """How many requests a key may make in a period."""

    limit: int = Field(ge=1, le=2_147_483_647, description="Requests in a period.")
    period: Literal["DAY", "WEEK", "MONTH"] = Field("MONTH", description="The period.")


class UsagePlan(Throttle):
    """What an API key allows."""

    quota: Quota | None = Field(None, description="Requests a key may make in a period.")


class Cognito(Section):
    """The user pool that issues the callers' tokens: the stack's own, or an existing one."""

    user_pool_arn: UserPoolArn | None = Field(
        None,
        description="ARN of an existing user pool; its owner manages the resource server, scopes "
        "and clients. Without it, the stack makes its own pool.",
    )
    resource_server: ResourceServerId | None = Field(
        None,
        description="Identifier of the resource server, which is the beginning of each scope "
        "(`<identifier>/<scope>`); the project's name by default.",
    )
    callback_urls: list[CallbackUrl] = Field(
        [],
        description="URLs to which people return after they sign in or out. With them, the stack's "
        "own pool has a client for a web app, without a secret (authorization code with PKCE).",
    )

    @model_validator(mode="after")
    def _clients_are_the_owners(self) -> "Cognito":
        if self.user_pool_arn and self.callback_urls:
            raise ValueError(
                "callbackUrls is for the stack's own pool; must be left out if userPoolArn names "
                "another pool, because its owner manages its clients"
            )
        return self


class Domain(Section):
    """A custom domain for the API."""

    name: DomainName = Field(description="Such as api.example.com.")
    certificate_arn: CertificateArn = Field(
        description="ARN of an ACM certificate, in the stack's region."
    )
    hosted_zone_id: HostedZoneId | None = Field(
        None,
        description="Id of the Route 53 zone for the alias record; without it, you manage DNS.",
    )


class Firewall(Section):
    """A web ACL in front of the API."""

    # https://docs.aws.amazon.com/waf/latest/APIReference/API_RateBasedStatement.html
    rate_limit: int = Field(
        ge=10,
        le=2_000_000_000,
        description="Requests in five minutes from one address; more are refused (429).",
    )


class Api(Section):
    """The REST API."""

    throttle: Throttle = Field(
        default_factory=lambda: Throttle.model_validate({"rateLimit": 50, "burstLimit": 100}),
        description="Limit over all callers; by default 50 a second and 100 at once.",
    )
    authorization: Literal["none", "api_key", "cognito"] = Field(
        "none",
        description="What callers must send: nothing; an API key (`x-api-key`), which limits them "
        "but is weak proof of identity; or an access token of a Cognito user pool "
        "(`Authorization: Bearer …`) with the route's scope.",
    )
    usage_plan: UsagePlan | None = Field(
        None,
        description="What an API key allows; required with `api_key`, and allowed only with it.",
    )
    cognito: Cognito | None = Field(
        None, description="Whose tokens are valid; allowed only with `cognito`."
    )
    cors_origins: Annotated[list[Origin], AfterValidator(distinct)] = Field(
        [],
        description="Web origins that may call the API. Letter case and default ports do not "
        "matter: browsers send neither.",
    )
    domain: Domain | None = Field(None, description="A custom domain.")
    firewall: Firewall | None = Field(
        None, description="A firewall (AWS WAF) that refuses hostile requests."
    )
    account_log_role: bool = Field(
        False,
        description="Set the role with which API Gateway writes logs. All APIs of an account and "
        "region share one such role, and this replaces it for all of them. `bootstrap/` sets it: "
        "choose true only in an account of your own without the bootstrap.",
    )

    @model_validator(mode="after")
    def _sections_are_of_the_authorization(self) -> "Api":
        """Refuse a section without effect, which could be mistaken for protection."""
        chosen = self.authorization
        if chosen == "api_key" and self.usage_plan is None:
            raise ValueError(
                'authorization is "api_key"; usagePlan is required with it, because a key is valid '
                "only in a usage plan"
            )
        for section, given, goes_with in (
            ("usagePlan", self.usage_plan, "api_key"),
            ("cognito", self.cognito, "cognito"),
        ):
            if given is not None and chosen != goes_with:
                raise ValueError(
                    f'authorization is "{chosen}"; must be "{goes_with}" if {section} is '
                    f"given: choose that, or leave {section} out"
                )
        return self
