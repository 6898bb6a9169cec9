"""Permissions to deploy logs, alarms, their topic, and the identity or key for e-mails."""

from bootstrap.permissions.model import OURS, Permission, arn, may

# The names that infra/ sets: most services require a prefix of their own. Some actions name a group
# with ":*", others without.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
_GROUPS = tuple(
    arn("logs", f"log-group:{name}{end}")
    for name in (
        "/aws/apigateway/{name}",
        "/aws/apigateway/{name}-*",
        "/aws/apigateway/*/{stack}",
        "/aws/appsync/apis/*",
        "/aws/lambda/{name}-*",
        "/aws/vendedlogs/states/{name}-*",
        "/aws/vpc/{name}",
        "API-Gateway-Execution-Logs_*/{stack}",
        "aws-waf-logs-{name}",
    )
    for end in ("", ":*")
)
_ALARM = arn("cloudwatch", "alarm:{name}-*")
_TOPIC = arn("sns", "{name}-*")
_TAGS = "ListTagsForResource TagResource UntagResource"

TYPES: dict[str, tuple[Permission, ...]] = {
    "aws:cloudwatch/logGroup:LogGroup": (
        may(
            "logs",
            "AssociateKmsKey CreateLogGroup DeleteLogGroup DeleteRetentionPolicy "
            f"DisassociateKmsKey PutRetentionPolicy {_TAGS}",
            *_GROUPS,
        ),
        may("logs", "DescribeLogGroups", "*"),  # it has no resource to name
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (
        may("logs", "DeleteMetricFilter DescribeMetricFilters PutMetricFilter", *_GROUPS),
    ),
    "aws:cloudwatch/metricAlarm:MetricAlarm": (
        may("cloudwatch", f"DeleteAlarms DescribeAlarms PutMetricAlarm {_TAGS}", _ALARM),
    ),
    "aws:cloudwatch/dashboard:Dashboard": (
        may(
            "cloudwatch",
            "DeleteDashboards GetDashboard PutDashboard",
            arn("cloudwatch", "dashboard/{name}", region=""),
        ),
    ),
    "aws:sns/topic:Topic": (
        may(
            "sns",
            f"CreateTopic DeleteTopic GetTopicAttributes SetTopicAttributes {_TAGS}",
            _TOPIC,
        ),
    ),
    "aws:sns/topicPolicy:TopicPolicy": (
        may("sns", "GetTopicAttributes SetTopicAttributes", _TOPIC),
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        may("sns", "ListSubscriptionsByTopic Subscribe", _TOPIC),
        # They know no resource.
        may("sns", "GetSubscriptionAttributes SetSubscriptionAttributes Unsubscribe", "*"),
    ),
    "aws:sesv2/configurationSet:ConfigurationSet": (
        may(
            "ses",
            "CreateConfigurationSet DeleteConfigurationSet GetConfigurationSet "
            "PutConfigurationSetDeliveryOptions PutConfigurationSetReputationOptions "
            "PutConfigurationSetSendingOptions PutConfigurationSetSuppressionOptions "
            f"PutConfigurationSetTrackingOptions PutConfigurationSetVdmOptions {_TAGS}",
            arn("ses", "configuration-set/{name}-*"),
        ),
    ),
    "aws:sesv2/emailIdentity:EmailIdentity": (
        may(
            "ses",
            "CreateEmailIdentity DeleteEmailIdentity GetEmailIdentity "
            "PutEmailIdentityConfigurationSetAttributes PutEmailIdentityDkimSigningAttributes "
            f"{_TAGS}",
            arn("ses", "identity/{sender}"),
        ),
    ),
    # Of the key of another provider; nobody who deploys reads or writes its value.
    "aws:secretsmanager/secret:Secret": (
        may(
            "secretsmanager",
            "CreateSecret DeleteSecret DescribeSecret GetResourcePolicy RestoreSecret TagResource "
            "UntagResource UpdateSecret",
            arn("secretsmanager", "secret:{name}-*"),
        ),
        # Secrets Manager tries the key that it is given.
        # https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html
        may(
            "kms",
            "Decrypt GenerateDataKey",
            arn("kms", "key/*"),
            when=(*OURS, ("StringEquals", "kms:ViaService", "secretsmanager.{region}.{suffix}")),
        ),
    ),
}
