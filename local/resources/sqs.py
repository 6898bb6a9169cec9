"""Queues and their policies."""

from local.resources.policies import for_resource
from local.resources.registry import ANEW, resource
from local.resources.request import Request, ResourceState, as_text

_ATTRIBUTES = {
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "deduplicationScope": "DeduplicationScope",
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "fifoThroughputLimit": "FifoThroughputLimit",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "redrivePolicy": "RedrivePolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


_DEFAULTS = {
    "ContentBasedDeduplication": "false",
    "DeduplicationScope": "queue",
    "DelaySeconds": "0",
    "FifoThroughputLimit": "perQueue",
    "KmsDataKeyReusePeriodSeconds": "300",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
"""The values that AWS gives to attributes with which a queue is not made."""


def _update_queue(request: Request) -> ResourceState:
    """Set the attributes that changed; the queue keeps its messages."""
    changed = {ours: theirs for ours, theirs in _ATTRIBUTES.items() if request.changed(ours)}
    attributes = {
        theirs: as_text(request.get(ours, _DEFAULTS.get(theirs, "")))
        for ours, theirs in changed.items()
    }
    request.client("sqs").set_queue_attributes(QueueUrl=request.id, Attributes=attributes)
    return request.unchanged()


@resource(
    "aws:sqs/queue:Queue",
    passes=f"name {' '.join(_ATTRIBUTES)}",
    update=_update_queue,
    fixed="name fifoQueue",
    holds="its messages",
    delete=lambda request: request.client("sqs").delete_queue(QueueUrl=request.id),
)
def queue(request: Request) -> ResourceState:
    """Make a queue."""
    suffix = ".fifo" if request.get("fifoQueue") else ""
    name = request.physical_name(80, suffix=suffix)
    url = request.client("sqs").create_queue(
        QueueName=name,
        Attributes={
            theirs: as_text(request.inputs[ours])
            for ours, theirs in _ATTRIBUTES.items()
            # SQS accepts FifoQueue=true only; a standard queue leaves it out.
            if request.get(ours) is not None and (ours, request.get(ours)) != ("fifoQueue", False)
        },
    )["QueueUrl"]
    return ResourceState(url, {"name": name, "url": url, "arn": request.target.arn("sqs", name)})


@resource(
    "aws:sqs/queuePolicy:QueuePolicy",
    passes="queueUrl policy",
    update=ANEW,
    fixed="queueUrl",
    delete=lambda request: _set(request, "Policy", ""),
)
def queue_policy(request: Request) -> ResourceState:
    """Set a queue's policy."""
    policy = for_resource(request.require("policy"))
    return _set(request, "Policy", policy) if policy else ResourceState(request.require("queueUrl"))


@resource(
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy",
    passes="queueUrl redriveAllowPolicy",
    update=ANEW,
    fixed="queueUrl",
    delete=lambda request: _set(request, "RedriveAllowPolicy", ""),
)
def redrive_allow_policy(request: Request) -> ResourceState:
    """Set which queues may use a queue for their dead letters."""
    return _set(request, "RedriveAllowPolicy", request.require("redriveAllowPolicy"))


def _set(request: Request, attribute: str, value: str) -> ResourceState:
    url = request.require("queueUrl")
    request.client("sqs").set_queue_attributes(QueueUrl=url, Attributes={attribute: value})
    return ResourceState(url)
