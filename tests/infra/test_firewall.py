"""The firewall before the API: its rules, its log, and what of a request is kept out of that."""

import json
from typing import Any

import pulumi
import pytest

from blueprint.recording import Recorder
from tests.support.apis import api
from tests.support.stacks import PROJECT, inputs, of, stack

FIREWALL = {"firewall": {"rateLimit": 100}}
ACL = "aws:wafv2/webAcl:WebAcl"
LOGGING = "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration"
ASSOCIATION = "aws:wafv2/webAclAssociation:WebAclAssociation"


def with_firewall(**changes: Any) -> Recorder:
    return api({**FIREWALL, **changes})


def visibility(metric: str) -> dict[str, Any]:
    return {
        "cloudwatchMetricsEnabled": True,
        "metricName": f"{PROJECT}-dev-{metric}",
        "sampledRequestsEnabled": False,  # they hold headers, tokens too
    }


def managed(priority: int, name: str, *counted: str) -> dict[str, Any]:
    overrides = [{"name": rule, "actionToUse": {"count": {}}} for rule in counted]
    return {
        "name": name,
        "priority": priority,
        "statement": {
            "managedRuleGroupStatement": {
                "vendorName": "AWS",
                "name": name,
                "ruleActionOverrides": overrides,
            }
        },
        "overrideAction": {"none": {}},
        "visibilityConfig": visibility(name),
    }


def test_where_none_is_asked_for_nothing_is_made() -> None:
    for name in ("local", "dev"):
        types = {r.type for r in stack(name).recorder.resources}
        assert "aws:apigateway/stage:Stage" in types
        assert not {t for t in types if t.startswith("aws:wafv2/")}


def test_the_rules() -> None:
    acl = with_firewall().one(ACL, "api-firewall").inputs
    assert acl["scope"] == "REGIONAL"
    assert acl["defaultAction"] == {"allow": {}}
    assert acl["visibilityConfig"] == visibility("all")
    rate, *groups = acl["rules"]
    assert groups == [
        managed(1, "AWSManagedRulesAmazonIpReputationList"),
        managed(2, "AWSManagedRulesKnownBadInputsRuleSet"),
        # A body that is too large is the API's to refuse, by 413.
        managed(3, "AWSManagedRulesCommonRuleSet", "SizeRestrictions_BODY"),
    ]
    assert rate["statement"] == {
        "rateBasedStatement": {"aggregateKeyType": "IP", "limit": 100, "evaluationWindowSec": 300}
    }
    assert (rate["priority"], rate["visibilityConfig"]) == (0, visibility("rate"))


def test_what_comes_too_often_gets_429_in_the_apis_shape() -> None:
    acl = with_firewall().one(ACL, "api-firewall").inputs
    answer = acl["rules"][0]["action"]["block"]["customResponse"]
    assert answer == {
        "responseCode": 429,
        "customResponseBodyKey": "too-many",
        "responseHeaders": [{"name": "Retry-After", "value": "300"}],
    }
    [body] = acl["customResponseBodies"]
    assert (body["key"], body["contentType"]) == ("too-many", "APPLICATION_JSON")
    assert json.loads(body["content"]) == {"error": "Too many requests, try again"}


def test_it_stands_before_the_stage() -> None:
    association = with_firewall().one(ASSOCIATION, "api-firewall-association").inputs
    assert association == {
        "resourceArn": "arn:aws:apigateway:eu-central-1:123456789012:api-stage",
        "webAclArn": "arn:aws:wafv2:eu-central-1:123456789012:api-firewall",
    }


def test_its_log_is_of_what_it_stopped_or_counted() -> None:
    logging = with_firewall().one(LOGGING, "api-firewall-logging").inputs
    assert logging["resourceArn"].endswith(":api-firewall")
    [group] = logging["logDestinationConfigs"]
    assert group.endswith(":api-firewall-log")
    [kept] = logging["loggingFilter"]["filters"]
    assert logging["loggingFilter"]["defaultBehavior"] == "DROP"
    assert (kept["behavior"], kept["requirement"]) == ("KEEP", "MEETS_ANY")
    actions = [condition["actionCondition"]["action"] for condition in kept["conditions"]]
    assert actions == ["BLOCK", "COUNT", "EXCLUDED_AS_COUNT"]


def test_no_credentials_and_no_bodies_in_the_log() -> None:
    recorder = with_firewall()
    redacted = recorder.one(LOGGING, "api-firewall-logging").inputs["redactedFields"]
    headers = ["authorization", "cookie", "x-api-key"]
    assert redacted == [{"singleHeader": {"name": header}} for header in headers]
    acl = recorder.one(ACL, "api-firewall").inputs
    assert acl["dataProtectionConfig"]["dataProtections"] == [
        {
            "action": "SUBSTITUTION",
            "field": {"fieldType": "SINGLE_HEADER", "fieldKeys": headers},
        },
        {"action": "SUBSTITUTION", "field": {"fieldType": "BODY"}},
    ]


def test_its_log_is_kept_as_long_as_others_and_by_the_stacks_key() -> None:
    assert inputs(stack("prod"), "cloudwatch/logGroup:LogGroup", "api-firewall-log") == {
        "name": f"aws-waf-logs-{PROJECT}-prod",  # WAF takes no other beginning
        "retentionInDays": 365,
        "kmsKeyId": "arn:aws:kms:eu-central-1:123456789012:key",
    }
    [acl] = of(stack("prod"), ACL.removeprefix("aws:"))
    assert acl.inputs["rules"][0]["statement"]["rateBasedStatement"]["limit"] == 2_000


def test_a_preview_knows_no_arns() -> None:
    previewed = api(FIREWALL, preview=True)
    association = previewed.one(ASSOCIATION, "api-firewall-association").inputs
    assert isinstance(association["resourceArn"], pulumi.output.Unknown)
    assert isinstance(association["webAclArn"], pulumi.output.Unknown)
    assert {r.name for r in previewed.resources} == {r.name for r in with_firewall().resources}


@pytest.mark.parametrize("asks", [{}, {"domain": None}])
def test_the_stage_is_there_before(asks: dict[str, Any]) -> None:
    association = with_firewall(**asks).one(ASSOCIATION, "api-firewall-association")
    assert association.options.depends_on >= {
        ("aws:apigateway/stage:Stage", "api-stage"),
        (ACL, "api-firewall"),
    }
