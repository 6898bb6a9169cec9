"""What the local cloud can make: one module for each AWS service.

Importing this package registers every counterpart.
"""

from local.resources import (
    apigateway_access,
    apigateway_api,
    apigateway_routes,
    apigateway_stage,
    cloudwatch,
    cognito,
    dynamodb,
    ecr,
    iam,
    invokes,
    kms,
    lambda_function,
    lambda_triggers,
    s3,
    s3_settings,
    scheduler,
    security_groups,
    sesv2,
    sns,
    sqs,
    vpc,
    wafv2,
)

__all__ = [
    "apigateway_access",
    "apigateway_api",
    "apigateway_routes",
    "apigateway_stage",
    "cloudwatch",
    "cognito",
    "dynamodb",
    "ecr",
    "iam",
    "invokes",
    "kms",
    "lambda_function",
    "lambda_triggers",
    "s3",
    "s3_settings",
    "scheduler",
    "security_groups",
    "sesv2",
    "sns",
    "sqs",
    "vpc",
    "wafv2",
]
