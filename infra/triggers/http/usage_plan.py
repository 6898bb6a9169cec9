"""Access to a REST API: an API key with its usage plan, and a custom domain."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.api import Api, Domain, UsagePlan


@dataclass(frozen=True, kw_only=True)
class ApiAccessArgs:
    """The stage to which the key and the domain belong."""

    api: aws.apigateway.RestApi
    stage: aws.apigateway.Stage
    config: Api


class ApiAccess(pulumi.ComponentResource):
    """An API key with its usage plan, and a custom domain, each only if configured."""

    def __init__(
        self, name: str, args: ApiAccessArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:ApiAccess", name, None, opts)
        self._child = pulumi.ResourceOptions(parent=self)
        self.api_key: pulumi.Output[str] | None = None
        self.url: pulumi.Output[str] | None = None
        if args.config.usage_plan:
            self.api_key = self._usage_plan(name, args, args.config.usage_plan)
        if args.config.domain:
            self.url = self._domain(name, args, args.config.domain)
        self.register_outputs({})

    def _usage_plan(self, name: str, args: ApiAccessArgs, plan: UsagePlan) -> pulumi.Output[str]:
        usage_plan = aws.apigateway.UsagePlan(
            f"{name}-plan",
            api_stages=[{"api_id": args.api.id, "stage": args.stage.stage_name}],
            throttle_settings={"rate_limit": plan.rate_limit, "burst_limit": plan.burst_limit},
            quota_settings={"limit": plan.quota.limit, "period": plan.quota.period}
            if plan.quota
            else None,
            opts=self._child,
        )
        key = aws.apigateway.ApiKey(f"{name}-key", opts=self._child)
        aws.apigateway.UsagePlanKey(
            f"{name}-plan-key",
            key_id=key.id,
            key_type="API_KEY",
            usage_plan_id=usage_plan.id,
            opts=self._child,
        )
        return pulumi.Output.secret(key.value)

    def _domain(self, name: str, args: ApiAccessArgs, domain: Domain) -> pulumi.Output[str]:
        domain_name = aws.apigateway.DomainName(
            f"{name}-domain",
            domain_name=domain.name,
            regional_certificate_arn=domain.certificate_arn,
            endpoint_configuration={"types": "REGIONAL"},
            security_policy="TLS_1_2",
            opts=self._child,
        )
        aws.apigateway.BasePathMapping(
            f"{name}-base-path",
            rest_api=args.api.id,
            stage_name=args.stage.stage_name,
            domain_name=domain_name.domain_name,
            opts=self._child,
        )
        if domain.hosted_zone_id:
            aws.route53.Record(
                f"{name}-alias",
                zone_id=domain.hosted_zone_id,
                name=domain.name,
                type="A",
                aliases=[
                    {
                        "name": domain_name.regional_domain_name,
                        "zone_id": domain_name.regional_zone_id,
                        "evaluate_target_health": False,
                    }
                ],
                opts=self._child,
            )
        return pulumi.Output.concat("https://", domain_name.domain_name)
