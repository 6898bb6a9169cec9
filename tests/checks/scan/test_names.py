"""Conversion of Pulumi's names to Terraform's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.scan.names import UnmappedError, argument_name, output_name, singular, snake, type_name
from checks.scan.schema import Schema


@pytest.mark.parametrize(
    ("pulumi", "terraform"),
    [
        ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "s3_bucket_public_access_block"),
        ("aws:apigateway/restApi:RestApi", "api_gateway_rest_api"),
        ("aws:apigateway/response:Response", "api_gateway_gateway_response"),
        ("aws:cloudwatch/logGroup:LogGroup", "cloudwatch_log_group"),
        ("aws:cognito/userPool:UserPool", "cognito_user_pool"),
        ("aws:ec2/vpc:Vpc", "vpc"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "vpc_endpoint"),
        ("aws:kms/key:Key", "kms_key"),
        ("aws:sesv2/emailIdentity:EmailIdentity", "sesv2_email_identity"),
        ("aws:sqs/redriveAllowPolicy:RedriveAllowPolicy", "sqs_queue_redrive_allow_policy"),
        ("aws:wafv2/webAcl:WebAcl", "wafv2_web_acl"),
    ],
)
def test_types(schema: Schema, pulumi: str, terraform: str) -> None:
    assert type_name(pulumi, schema) == f"aws_{terraform}"


def test_a_type_that_terraform_does_not_have(schema: Schema) -> None:
    with pytest.raises(UnmappedError, match="no aws_new_thing or aws_thing; add its name"):
        type_name("aws:new/thing:Thing", schema)


@pytest.mark.parametrize(
    ("type_", "pulumi", "terraform"),
    [
        ("aws_dynamodb_table", "globalSecondaryIndexes", "global_secondary_index"),
        ("aws_dynamodb_table", "streamEnabled", "stream_enabled"),
        ("aws_ecr_repository", "encryptionConfigurations", "encryption_configuration"),
        ("aws_api_gateway_stage", "restApi", "rest_api_id"),
        ("aws_api_gateway_usage_plan", "apiStages", "api_stages"),
        ("aws_lambda_permission", "function", "function_name"),
        ("aws_sns_topic_subscription", "topic", "topic_arn"),
        ("aws_s3_bucket_notification", "lambdaFunctions", "lambda_function"),
        ("aws_cloudwatch_metric_alarm", "alarmActions", "alarm_actions"),
        ("aws_vpc", "enableDnsHostnames", "enable_dns_hostnames"),
    ],
)
def test_arguments(schema: Schema, type_: str, pulumi: str, terraform: str) -> None:
    assert argument_name(pulumi, schema[type_].arguments, type_) == terraform


@pytest.mark.parametrize("known", [(), ("thing_id", "thing_arn")])
def test_an_argument_without_one_name(known: tuple[str, ...]) -> None:
    found = ", ".join(known) or "none of them"
    with pytest.raises(UnmappedError, match=f"aws_x.y: thing could be .* schema has {found};"):
        argument_name("thing", known, "aws_x.y")


def test_outputs(schema: Schema) -> None:
    assert output_name("aws_lambda_function", "name", schema) == "function_name"
    assert output_name("aws_dynamodb_table", "streamArn", schema) == "stream_arn"
    with pytest.raises(UnmappedError, match="aws_sqs_queue: colour"):
        output_name("aws_sqs_queue", "colour", schema)


@given(st.lists(st.from_regex(r"[a-z]{2,}[0-9]?", fullmatch=True), min_size=1))
def test_snake_undoes_camel(words: list[str]) -> None:
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    assert snake(camel) == "_".join(words)


@pytest.mark.parametrize(
    ("many", "one"),
    [
        ("rules", "rule"),
        ("policies", "policy"),
        ("indexes", "index"),
        ("address", "address"),
        ("ip_addresses", "ip_address"),
        ("rule", "rule"),
    ],
)
def test_singular(many: str, one: str) -> None:
    assert singular(many) == one
