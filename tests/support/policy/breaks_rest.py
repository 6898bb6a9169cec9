"""Rows 47 to 58: queues, schedules, logs, alarms, keys, networks."""

from tests.support.policy.mutations import Break

QUEUE = "sqs/queue:Queue emails"
DEAD = "sqs/queue:Queue emails-dead-letters"
FAILURES = "sqs/queue:Queue *-failures"
POLICY = "sqs/queuePolicy:QueuePolicy emails-policy"
ALLOW = "sqs/redriveAllowPolicy:RedriveAllowPolicy emails-redrive"
DENY = "sqs/redriveAllowPolicy:RedriveAllowPolicy *-failures-redrive"
MAPPING = "lambda/eventSourceMapping:EventSourceMapping emails-to-send-mapping"
SCHEDULE = "scheduler/schedule:Schedule *"
LOGS = "cloudwatch/logGroup:LogGroup api-stage-access-log"
ALARM = "cloudwatch/metricAlarm:MetricAlarm monitoring-"
KEY = "kms/key:Key key"
STATEMENT = ("policy", "Statement", 0)

QUEUES = (
    Break(rule="47", of=FAILURES, path=("kmsMasterKeyId",)),
    Break(rule="48", of=POLICY, path=(*STATEMENT, "Condition")),
    Break(rule="48", of=POLICY, path=(*STATEMENT, "Effect"), to="Allow"),
    Break(rule="48", of=POLICY, path=(*STATEMENT, "Action"), to="sqs:SendMessage"),
    Break(rule="48", of=POLICY),
    Break(
        rule="48",
        of=POLICY,
        path=("policy", "Statement"),
        to=[
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sqs:*",
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            },
            {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:SendMessage"},
        ],
    ),
    Break(rule="49", of=QUEUE, path=("redrivePolicy", "maxReceiveCount"), to=4),
    Break(
        rule="49",
        of=QUEUE,
        path=("redrivePolicy", "deadLetterTargetArn"),
        to="another",
        refers=(),
    ),
    Break(
        rule="49",
        of=ALLOW,
        path=("redriveAllowPolicy", "redrivePermission"),
        to="allowAll",
    ),
    Break(
        rule="49",
        of=ALLOW,
        path=("redriveAllowPolicy", "sourceQueueArns"),
        to=["another"],
        refers=(QUEUE, FAILURES),
    ),
    Break(rule="49", of=DENY, path=("redriveAllowPolicy", "redrivePermission"), to="allowAll"),
    Break(rule="49", of=DENY),
    Break(rule="50", of=QUEUE, path=("visibilityTimeoutSeconds",), to=184),
    Break(rule="50", of=QUEUE, path=("visibilityTimeoutSeconds",)),
    Break(rule="51", of=DEAD, path=("messageRetentionSeconds",), to=345_600),
    Break(rule="51", of=FAILURES, path=("messageRetentionSeconds",)),
    Break(rule="51", of=QUEUE, path=("messageRetentionSeconds",), to=1_209_600),
    Break(rule="52", of=MAPPING, path=("functionResponseTypes",)),
    Break(rule="52", of=MAPPING, path=("functionResponseTypes",), to=[]),
    Break(rule="52", of=MAPPING, path=("scalingConfig",)),
)

TOLD = (
    Break(rule="53", of=SCHEDULE, path=("target", "deadLetterConfig")),
    Break(rule="53", of=SCHEDULE, path=("target", "retryPolicy", "maximumRetryAttempts")),
    Break(rule="53", of=SCHEDULE, path=("target", "retryPolicy", "maximumEventAgeInSeconds"), to=0),
    Break(rule="54", of=LOGS, path=("retentionInDays",), to=180),
    Break(rule="54", of=LOGS, path=("retentionInDays",)),
    Break(rule="54", of=LOGS, path=("kmsKeyId",)),
    Break(rule="55 functions", of=f"{ALARM}create-user-errors", path=("alarmActions",), to=[]),
    Break(rule="55 functions", of=f"{ALARM}create-user-errors", path=("actionsEnabled",), to=False),
    Break(rule="55 functions", of=f"{ALARM}create-user-throttles"),
    Break(rule="55 queues", of=f"{ALARM}new-users-dead-letters"),
    Break(
        rule="55 queues",
        of=f"{ALARM}emails-dead-letters",
        path=("metricName",),
        to="NumberOfMessagesSent",
    ),
    Break(rule="55 queues", of=f"{ALARM}emails-oldest-message"),
    Break(rule="55 streams", of=f"{ALARM}queue-welcome-iterator-age"),
    Break(rule="55 api", of=f"{ALARM}api-5xx"),
    Break(rule="55 api", of=f"{ALARM}api-5xx", path=("namespace",), to="Mine"),
    Break(rule="55 api", of=f"{ALARM}api-5xx", path=("dimensions",), to={}, refers=()),
    Break(rule="56", of=KEY, path=("enableKeyRotation",), to=False),
    Break(rule="56", of=KEY, path=("enableKeyRotation",)),
    Break(rule="56", of=KEY, path=(*STATEMENT, "Principal"), to="*"),
    Break(rule="56", of=KEY, path=(*STATEMENT, "Principal"), to={"AWS": "*"}),
)

BREAKS = (*QUEUES, *TOLD)
