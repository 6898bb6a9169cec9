"""checkov reports each broken property by its check's id."""

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from typing import Any

import pytest

from checks.scan.export import Export, Resources
from checks.scan.schema import Schema
from checks.scan.terraform import Scanned, scan

Break = Callable[[dict[str, Any]], object]
"""Changes the arguments of one resource."""


def policy(principal: object = None, action: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": action, "Resource": "*"}
    if principal:
        statement |= {"Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def given(**arguments: Any) -> Break:
    return lambda resource: resource.update(arguments)


def without(argument: str) -> Break:
    return lambda resource: resource.pop(argument)


def inside(block: str, **arguments: Any) -> Break:
    return lambda resource: resource[block][0].update(arguments)


PUBLIC = given(policy=policy("*"))
BROKEN: dict[tuple[str, str], tuple[str, Break]] = {
    ("a public bucket", "CKV_AWS_53"): (
        "aws_s3_bucket_public_access_block.storage_public_access", given(block_public_acls=False)),
    ("a public bucket policy", "CKV_AWS_70"): ("aws_s3_bucket_policy.storage_policy", PUBLIC),
    ("a public queue", "CKV_AWS_168"): ("aws_sqs_queue_policy.emails_policy", PUBLIC),
    ("a public topic", "CKV_AWS_169"): ("aws_sns_topic_policy.monitoring_alarms_policy", PUBLIC),
    ("a clear queue", "CKV_AWS_27"): (
        "aws_sqs_queue.emails", given(sqs_managed_sse_enabled=False, kms_master_key_id="")),
    ("a table that cannot go back", "CKV_AWS_28"): (
        "aws_dynamodb_table.users", without("point_in_time_recovery")),
    ("all actions", "CKV_AWS_63"): (
        "aws_iam_role_policy.get_user_policy", given(policy=policy())),
    ("all resources", "CKV_AWS_355"): (
        "aws_iam_role_policy.get_user_policy", given(policy=policy(action="dynamodb:DeleteTable"))),
    ("a role for everybody", "CKV_AWS_60"): (
        "aws_iam_role.get_user_role",
        given(assume_role_policy=policy({"AWS": "*"}, "sts:AssumeRole"))),
    ("images not scanned", "CKV_AWS_163"): (
        "aws_ecr_repository.get_user_image",
        inside("image_scanning_configuration", scan_on_push=False)),
    ("no traces", "CKV_AWS_50"): ("aws_lambda_function.get_user", without("tracing_config")),
    ("concurrency for all", "CKV_AWS_115"): (
        "aws_lambda_function.get_user", without("reserved_concurrent_executions")),
    ("a function outside", "CKV_AWS_117"): (
        "aws_lambda_function.get_user", without("vpc_config")),
    ("public addresses", "CKV_AWS_130"): (
        "aws_subnet.network_private_1", given(map_public_ip_on_launch=True)),
    ("a firewall without AWS's rules", "CKV_AWS_192"): (
        "aws_wafv2_web_acl.api_firewall", lambda acl: acl.update(rule=acl["rule"][:1])),
    ("a permission for any source", "CKV_AWS_364"): (
        "aws_lambda_permission.api_get_users_by_id_invoke", without("source_arn")),
    ("data traces", "CKV_AWS_276"): (
        "aws_api_gateway_method_settings.api_stage_settings",
        inside("settings", data_trace_enabled=True)),
    ("no traces of the API", "CKV_AWS_73"): (
        "aws_api_gateway_stage.api_stage", given(xray_tracing_enabled=False)),
    ("no access log", "CKV_AWS_76"): (
        "aws_api_gateway_stage.api_stage", without("access_log_settings")),
    ("logs kept for ever", "CKV_AWS_66"): (
        "aws_cloudwatch_log_group.get_user_logs", without("retention_in_days")),
    ("an API replaced with a gap", "CKV_AWS_237"): (
        "aws_api_gateway_rest_api.api", inside("lifecycle", create_before_destroy=False)),
}  # fmt: skip


# Resources that another resource needs, and the check that reports their absence.
TOGETHER = {
    "aws_default_security_group": "CKV2_AWS_12",
    "aws_flow_log": "CKV2_AWS_11",
    "aws_s3_bucket_logging": "CKV_AWS_18",
    "aws_s3_bucket_public_access_block": "CKV2_AWS_6",
    "aws_wafv2_web_acl_association": "CKV2_AWS_29",
    "aws_wafv2_web_acl_logging_configuration": "CKV2_AWS_31",
}
OF_THEM = (
    "aws_api_gateway_rest_api",
    "aws_api_gateway_stage",
    "aws_s3_bucket",
    "aws_vpc",
    "aws_wafv2_web_acl",
)


def of(schema: Schema, resources: Resources) -> Export:
    return Export(schema, resources=resources)


@pytest.fixture(scope="module")
def scans(schema: Schema, exports: dict[str, Export]) -> Mapping[str, Scanned]:
    """Scan sound resources, each broken one alone, some together, and some with one missing."""
    sound: Resources = {}
    made = {"nothing": of(schema, {}), "sound": of(schema, sound)}
    for (name, _), (address, break_) in BROKEN.items():
        type_, _, resource = address.partition(".")
        sound.setdefault(type_, {})[resource] = exports["prod"].resources[type_][resource]
        broken = deepcopy(sound[type_][resource])
        break_(broken)
        made[name] = of(schema, {type_: {resource: broken}})
    together = {t: r for t, r in exports["prod"].resources.items() if t in (*TOGETHER, *OF_THEM)}
    made["together"] = of(schema, together)
    for missing in TOGETHER:
        made[missing] = of(schema, {t: r for t, r in together.items() if t != missing})
    return scan(made)


def checks(scanned: Scanned) -> set[str]:
    return {finding.check for finding in scanned.findings}


@pytest.mark.parametrize(("name", "check"), BROKEN)
def test_what_is_broken_is_found(scans: Mapping[str, Scanned], name: str, check: str) -> None:
    address, _ = BROKEN[name, check]
    sound = {(finding.check, finding.resource) for finding in scans["sound"].findings}
    broken = {(finding.check, finding.resource) for finding in scans[name].findings}
    assert check in scans["sound"].checks
    assert (check, address) not in sound
    assert (check, address) in broken


@pytest.mark.parametrize(("missing", "check"), TOGETHER.items())
def test_references_join_resources(scans: Mapping[str, Scanned], missing: str, check: str) -> None:
    assert check in scans["together"].checks - checks(scans["together"])
    assert check in checks(scans[missing])


def test_a_scan_of_nothing_is_a_gap(scans: Mapping[str, Scanned]) -> None:
    assert list(scans["nothing"].gaps(1)) == [
        "checkov evaluated no check on any resource",
        "checkov evaluated 0 checks; 1 are expected",
    ]


def test_a_resource_that_no_check_evaluated_is_a_gap() -> None:
    scanned = Scanned(
        findings=(),
        checks=frozenset({"C1"}),
        evaluated=frozenset({"aws_x.one"}),
        expected=frozenset({"aws_x.one", "aws_x.two"}),
        errors=("C2 broke off",),
    )
    gaps = list(scanned.gaps(1))
    assert gaps == ["C2 broke off", "checkov evaluated no check on aws_x.two"]
