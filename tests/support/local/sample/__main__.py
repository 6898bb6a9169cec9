"""A small program with the same kinds of things as the project's."""

import json

import pulumi
import pulumi_aws as aws

TLS_ONLY = {
    "Effect": "Deny",
    "Principal": "*",
    "Action": "*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
}


def policy(*statements):
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": list(statements)})


class Greeter(pulumi.ComponentResource):
    def __init__(self, name, word, queue):
        super().__init__("sample:index:Greeter", name)
        child = pulumi.ResourceOptions(parent=self)
        self.logs = aws.cloudwatch.LogGroup(f"{name}-logs", retention_in_days=1, opts=child)
        self.role = aws.iam.Role(
            f"{name}-role",
            assume_role_policy=policy(
                {
                    "Effect": "Allow",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                    "Action": "sts:AssumeRole",
                }
            ),
            opts=child,
        )
        aws.iam.RolePolicy(
            f"{name}-policy",
            role=self.role.name,
            policy=policy(
                {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": [queue.arn]}
            ),
            opts=child,
        )
        self.function = aws.lambda_.Function(
            name,
            package_type="Image",
            image_uri="registry.example.com/greet@sha256:0",
            image_config={"commands": ["handlers.greet.handler.handler"]},
            role=self.role.arn,
            timeout=10,
            publish=True,
            environment={"variables": {"WORD": word, "QUEUE_URL": queue.url}},
            logging_config={
                "log_format": "JSON",
                "log_group": self.logs.name,
                "application_log_level": "INFO",
            },
            opts=child,
        )
        self.alias = aws.lambda_.Alias(
            f"{name}-live",
            name="live",
            function_name=self.function.name,
            function_version=self.function.version,
            opts=child,
        )
        self.register_outputs({})


config = pulumi.Config()
limits = config.require_object("limits")
queue = aws.sqs.Queue("messages", visibility_timeout_seconds=limits["visibility"])
aws.sqs.QueuePolicy("messages-policy", queue_url=queue.url, policy=policy(TLS_ONLY))
table = aws.dynamodb.Table(
    "things",
    hash_key="id",
    attributes=[{"name": "id", "type": "S"}],
    billing_mode="PAY_PER_REQUEST",
    stream_enabled=True,
    stream_view_type="NEW_IMAGE",
    ttl={"attribute_name": "expires", "enabled": True},
    point_in_time_recovery={"enabled": True},
)
bucket = aws.s3.Bucket("Files")
aws.s3.BucketPolicy("files-policy", bucket=bucket.id, policy=policy(TLS_ONLY))
greeter = Greeter("greet", config.require_secret("greeting"), queue)

pulumi.export("s3_bucket_name", bucket.bucket)
pulumi.export("sqs_queue_url", queue.url)
pulumi.export("table", table.name)
pulumi.export("stream", table.stream_arn)
pulumi.export("region", aws.get_region_output().region)
pulumi.export("where", {"project": pulumi.get_project(), "stack": pulumi.get_stack()})
pulumi.export("names", json.dumps(limits["names"]))
