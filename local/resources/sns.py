"""Topics and their subscriptions."""

from local.resources.names import present
from local.resources.policies import for_resource
from local.resources.registry import Made, Request, resource

_ATTRIBUTES = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "deliveryPolicy": "DeliveryPolicy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "fifoTopic": "FifoTopic",
}


@resource("aws:sns/topic:Topic", passes=f"name {' '.join(_ATTRIBUTES)}")
def topic(request: Request) -> Made:
    """Make a topic."""
    suffix = ".fifo" if request.get("fifoTopic") else ""
    name = request.physical_name(256, suffix=suffix)
    arn = request.client("sns").create_topic(
        Name=name,
        Attributes={
            theirs: _text(request.inputs[ours])
            for ours, theirs in _ATTRIBUTES.items()
            if request.get(ours) is not None
        },
    )["TopicArn"]
    return Made(arn, {"name": name, "arn": arn})


@resource("aws:sns/topicPolicy:TopicPolicy", passes="arn policy")
def topic_policy(request: Request) -> Made:
    """Set a topic's policy."""
    arn = request.require("arn")
    policy = for_resource(request.require("policy"))
    if policy:
        request.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=policy
        )
    return Made(arn)


_SUBSCRIPTION = {
    "deliveryPolicy": "DeliveryPolicy",
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
}


@resource(
    "aws:sns/topicSubscription:TopicSubscription",
    passes=f"topic protocol endpoint {' '.join(_SUBSCRIPTION)}",
    ignores="confirmationTimeoutInMinutes endpointAutoConfirms",
)
def topic_subscription(request: Request) -> Made:
    """Subscribe an endpoint to a topic; nothing is sent to e-mail addresses."""
    arn = request.client("sns").subscribe(
        TopicArn=request.require("topic"),
        Protocol=request.require("protocol"),
        Endpoint=request.require("endpoint"),
        ReturnSubscriptionArn=True,
        **present(
            Attributes={
                theirs: _text(request.inputs[ours])
                for ours, theirs in _SUBSCRIPTION.items()
                if request.get(ours) is not None
            }
            or None
        ),
    )["SubscriptionArn"]
    return Made(arn, {"arn": arn})


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
