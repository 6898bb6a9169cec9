"""A firewall in front of a REST API."""

from __future__ import annotations  # or every stack would load `aws.wafv2`

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.config.api import Firewall as FirewallConfig
from infra.json_text import json_text
from infra.storage.key import Key, arn_of

_WINDOW = 300  # seconds

# AWS's rule groups in the order of evaluation, and the rules in each that only count.
# https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
_MANAGED: tuple[tuple[str, Sequence[str]], ...] = (
    ("AWSManagedRulesAmazonIpReputationList", ()),
    ("AWSManagedRulesKnownBadInputsRuleSet", ()),
    # This rule would answer 403 to a body over 8 KB; the API answers 413 and names the limit.
    # Nothing passes uninspected: AWS WAF inspects 16 KB, and the API accepts at most 8.
    ("AWSManagedRulesCommonRuleSet", ("SizeRestrictions_BODY",)),
)
_CREDENTIALS = ("authorization", "cookie", "x-api-key")
_TOO_MANY = "too-many"


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """The stage that the firewall protects. ``key``: what its log is encrypted with."""

    config: FirewallConfig
    stage: aws.apigateway.Stage
    log_retention_days: int
    key: Key | None


class Firewall(pulumi.ComponentResource):
    """A web ACL (AWS WAF) with AWS's rules and a rate limit per address; it logs what it refuses.

    A request that a rule refuses gets 403 in the API's error format, by the gateway's response
    ``WAF_FILTERED``; one above its address's limit gets 429 with ``Retry-After``. The log contains
    neither credentials nor bodies. Sampling is off, for samples would contain both.
    ``dimensions``: of the metrics over all rules.

    Deploying requires ``logs:PutResourcePolicy``: AWS WAF itself lets log delivery write to the
    group. https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    """

    def __init__(
        self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("serverless:infra:Firewall", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.acl = aws.wafv2.WebAcl(
            name,
            scope="REGIONAL",
            default_action={"allow": {}},
            custom_response_bodies=[
                {
                    "key": _TOO_MANY,
                    "content": json_text({"error": "Too many requests, try again"}),
                    "content_type": "APPLICATION_JSON",
                }
            ],
            rules=[
                _rate_rule(args.config.rate_limit),
                *(
                    _managed_rule(priority, group, count_only)
                    for priority, (group, count_only) in enumerate(_MANAGED, start=1)
                ),
            ],
            # The log needs this, too: it shows what a rule matched.
            data_protection_config={
                "data_protections": [
                    {
                        "action": "SUBSTITUTION",
                        "field": {"field_type": "SINGLE_HEADER", "field_keys": list(_CREDENTIALS)},
                    },
                    {"action": "SUBSTITUTION", "field": {"field_type": "BODY"}},
                ]
            },
            visibility_config=_visibility("all"),
            opts=child,
        )
        self.log_group = aws.cloudwatch.LogGroup(
            f"{name}-log",
            name=f"aws-waf-logs-{pulumi.get_project()}-{pulumi.get_stack()}",  # a required prefix
            retention_in_days=args.log_retention_days,
            kms_key_id=arn_of(args.key),
            opts=child,
        )
        self.logging = aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=self.acl.arn,
            log_destination_configs=[self.log_group.arn],
            redacted_fields=[{"single_header": {"name": header}} for header in _CREDENTIALS],
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [
                            {"action_condition": {"action": action}}
                            for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
                        ],
                    }
                ],
            },
            opts=child,
        )
        self.association = aws.wafv2.WebAclAssociation(
            f"{name}-association",
            resource_arn=args.stage.arn,
            web_acl_arn=self.acl.arn,
            opts=child,
        )
        region = aws.get_region_output(opts=pulumi.InvokeOutputOptions(parent=self)).region
        # https://docs.aws.amazon.com/waf/latest/developerguide/waf-metrics.html
        self.dimensions: dict[str, pulumi.Input[str]] = {
            "WebACL": self.acl.visibility_config.metric_name,
            "Region": region,
            "Rule": "ALL",
        }
        self.register_outputs({})


def _rate_rule(limit: int) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": "rate",
        "priority": 0,
        "statement": {
            "rate_based_statement": {
                "aggregate_key_type": "IP",
                "limit": limit,
                "evaluation_window_sec": _WINDOW,
            }
        },
        "action": {
            "block": {
                "custom_response": {
                    "response_code": 429,
                    "custom_response_body_key": _TOO_MANY,
                    "response_headers": [{"name": "Retry-After", "value": str(_WINDOW)}],
                }
            }
        },
        "visibility_config": _visibility("rate"),
    }


def _managed_rule(
    priority: int, group: str, count_only: Sequence[str]
) -> aws.wafv2.WebAclRuleArgsDict:
    return {
        "name": group,
        "priority": priority,
        "statement": {
            "managed_rule_group_statement": {
                "vendor_name": "AWS",
                "name": group,
                "rule_action_overrides": [
                    {"name": rule, "action_to_use": {"count": {}}} for rule in count_only
                ],
            }
        },
        "override_action": {"none": {}},
        "visibility_config": _visibility(group),
    }


def _visibility(metric: str) -> aws.wafv2.WebAclVisibilityConfigArgsDict:
    return {
        "cloudwatch_metrics_enabled": True,
        "metric_name": f"{pulumi.get_project()}-{pulumi.get_stack()}-{metric}",
        "sampled_requests_enabled": False,
    }
