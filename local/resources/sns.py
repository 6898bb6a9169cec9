"""Topics and their subscriptions."""

from local.resources.names import present
from local.resources.policies import for_resource
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState, as_text

_ATTRIBUTES = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "deliveryPolicy": "DeliveryPolicy",
    "signatureVersion": "SignatureVersion",
    "tracingConfig": "TracingConfig",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "fifoTopic": "FifoTopic",
}


def _update_topic(request: Request) -> ResourceState:
    """Set a topic's attributes; those that the program dropped become empty."""
    for ours, theirs in _ATTRIBUTES.items():
        if request.changed(ours):
            request.client("sns").set_topic_attributes(
                TopicArn=request.id,
                AttributeName=theirs,
                AttributeValue=as_text(request.get(ours, "")),
            )
    return request.unchanged()


@resource(
    "aws:sns/topic:Topic",
    passes=f"name {' '.join(_ATTRIBUTES)}",
    update=_update_topic,
    fixed="name fifoTopic",
    delete=lambda request: request.client("sns").delete_topic(TopicArn=request.id),
)
def topic(request: Request) -> ResourceState:
    """Make a topic."""
    suffix = ".fifo" if request.get("fifoTopic") else ""
    name = request.physical_name(256, suffix=suffix)
    arn = request.client("sns").create_topic(
        Name=name,
        Attributes={
            theirs: as_text(request.inputs[ours])
            for ours, theirs in _ATTRIBUTES.items()
            if request.get(ours) is not None
        },
    )["TopicArn"]
    return ResourceState(arn, {"name": name, "arn": arn})


def _delete_topic_policy(request: Request) -> None:
    request.client("sns").set_topic_attributes(
        TopicArn=request.id, AttributeName="Policy", AttributeValue=""
    )


@resource(
    "aws:sns/topicPolicy:TopicPolicy",
    passes="arn policy",
    update=ANEW,
    fixed="arn",
    delete=_delete_topic_policy,
)
def topic_policy(request: Request) -> ResourceState:
    """Set a topic's policy."""
    arn = request.require("arn")
    policy = for_resource(request.require("policy"))
    if policy:
        request.client("sns").set_topic_attributes(
            TopicArn=arn, AttributeName="Policy", AttributeValue=policy
        )
    return ResourceState(arn)


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
    update=ANEW,
    delete=lambda request: request.client("sns").unsubscribe(SubscriptionArn=request.id),
)
def topic_subscription(request: Request) -> ResourceState:
    """Subscribe an endpoint to a topic; nothing is sent to e-mail addresses."""
    arn = request.client("sns").subscribe(
        TopicArn=request.require("topic"),
        Protocol=request.require("protocol"),
        Endpoint=request.require("endpoint"),
        ReturnSubscriptionArn=True,
        **present(
            Attributes={
                theirs: as_text(request.inputs[ours])
                for ours, theirs in _SUBSCRIPTION.items()
                if request.get(ours) is not None
            }
            or None
        ),
    )["SubscriptionArn"]
    return ResourceState(arn, {"arn": arn})
