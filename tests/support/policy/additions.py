"""What somebody might add to a stack, and which rows it breaks."""

from dataclasses import dataclass
from typing import Any

from checks.policy.rules.model import Resource
from tests.support.policy.mutations import key
from tests.support.stacks import PROJECT

BUCKET_ROWS = ("39", "40", "41", "42", "43", "44", "45")
QUEUE_ROWS = ("48", "49", "55 queues")
IMAGE = "ecr/repository:Repository create-user-image"


@dataclass(frozen=True, kw_only=True)
class Addition:
    """A new resource; ``refers``: what its properties are made from, by type and name."""

    rules: tuple[str, ...]
    type: str
    properties: dict[str, Any]
    refers: dict[str, str] | None = None

    def __str__(self) -> str:
        return f"{','.join(self.rules)}: {self.type} {self.properties}"


def with_added(resources: list[Resource], addition: Addition) -> list[Resource]:
    urns = {key(resource): resource.urn for resource in resources}
    new = Resource(
        urn=f"urn:pulumi:prod::{PROJECT}::aws:{addition.type}::another",
        type=f"aws:{addition.type}",
        name="another",
        properties=addition.properties,
        references={p: [urns[target]] for p, target in (addition.refers or {}).items()},
    )
    return [*resources, new]


ADDITIONS = (
    Addition(
        rules=("5",),
        type="ecr/repositoryPolicy:RepositoryPolicy",
        properties={
            "policy": '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}}'
        },
        refers={"repository": IMAGE},
    ),
    Addition(rules=("5",), type="ecrpublic/repository:Repository", properties={}),
    Addition(
        rules=("4",),
        type="ecr/repository:Repository",
        properties={
            "imageTagMutability": "IMMUTABLE",
            "imageScanningConfiguration": {"scanOnPush": True},
            "encryptionConfigurations": [{"encryptionType": "KMS"}],
        },
    ),
    Addition(
        rules=("9",),
        type="sns/topicSubscription:TopicSubscription",
        properties={"protocol": "lambda"},
        refers={"endpoint": "lambda/alias:Alias create-user-live"},
    ),
    Addition(
        rules=("9",),
        type="cloudwatch/eventTarget:EventTarget",
        properties={},
        refers={"arn": "lambda/function:Function cleanup-expired"},
    ),
    Addition(
        rules=("19",),
        type="iam/rolePolicyAttachment:RolePolicyAttachment",
        properties={"policyArn": "arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole"},
    ),
    Addition(
        rules=("19",),
        type="iam/policyAttachment:PolicyAttachment",
        properties={"policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
    ),
    Addition(
        rules=("18",),
        type="iam/policy:Policy",
        properties={
            "policy": '{"Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "a"}}'
        },
    ),
    Addition(rules=("22", "23", "25", "26", "27"), type="apigateway/stage:Stage", properties={}),
    Addition(
        rules=("28", "29"),
        type="apigateway/method:Method",
        properties={"httpMethod": "DELETE", "authorization": "NONE"},
    ),
    Addition(rules=("33", "55 api"), type="apigateway/restApi:RestApi", properties={}),
    Addition(rules=("34", "35", "36", "37"), type="dynamodb/table:Table", properties={}),
    Addition(
        rules=("38",),
        type="dynamodb/table:Table",
        properties={
            "pointInTimeRecovery": {"enabled": True},
            "deletionProtectionEnabled": True,
            "serverSideEncryption": {"enabled": True, "kmsKeyArn": "arn"},
            "billingMode": "PAY_PER_REQUEST",
            "streamEnabled": True,
            "streamViewType": "NEW_IMAGE",
        },
    ),
    Addition(rules=BUCKET_ROWS, type="s3/bucket:Bucket", properties={}),
    Addition(rules=("47", "51", *QUEUE_ROWS), type="sqs/queue:Queue", properties={}),
    Addition(
        rules=QUEUE_ROWS,
        type="sqs/queue:Queue",
        properties={"sqsManagedSseEnabled": True, "messageRetentionSeconds": 1_209_600},
    ),
    Addition(rules=("53",), type="scheduler/schedule:Schedule", properties={"target": {}}),
    Addition(rules=("54",), type="cloudwatch/logGroup:LogGroup", properties={"name": "another"}),
    Addition(rules=("57 vpc",), type="ec2/vpc:Vpc", properties={}),
    Addition(
        rules=("57 ways-out",),
        type="ec2/securityGroupRule:SecurityGroupRule",
        properties={"type": "egress", "ipv6CidrBlocks": ["::/0"]},
    ),
)
