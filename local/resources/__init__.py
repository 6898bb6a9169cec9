"""The resources that the local cloud can make: a module or a folder for each AWS service.

Importing this package registers every resource type.
"""

from local.resources import (  # noqa: F401
    appsync,
    cloudwatch,
    cognito,
    dynamodb,
    ecr,
    iam,
    internet,
    invokes,
    kms,
    scheduler,
    secretsmanager,
    security_groups,
    sesv2,
    sns,
    sqs,
    stepfunctions,
    vpc,
    wafv2,
)
from local.resources.apigateway import access, rest_api, routes, stage, websocket  # noqa: F401
from local.resources.lambda_ import alias, function, triggers  # noqa: F401
from local.resources.s3 import bucket, settings  # noqa: F401
