"""SQS queues: dead-letter queues, and queues that have one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.component_names import QUEUE, check_name
from infra.grants import Grant, variable
from infra.json_text import json_output
from infra.limits import check_integer
from infra.storage.key import Key, arn_of, needs
from infra.storage.tls import tls_only

_DAY = 86_400
DEAD_LETTER_RETENTION = 14 * _DAY  # the longest SQS allows
RETENTION = 4 * _DAY  # shorter: a message's age survives the move to the dead-letter queue
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_LONGEST_TIMEOUT = 900
# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
_LONGEST_WINDOW = 300
MAX_RECEIVE_COUNT = 5  # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html


class DeadLetterQueue(pulumi.ComponentResource):
    """A queue that keeps what could not be processed for 14 days, encrypted, for TLS only.

    ``of_queue``: whether a queue moves its messages here; that queue then sets that only it may.
    Otherwise no queue may: functions and schedules send here. ``key``: SQS's if None.
    """

    def __init__(
        self,
        name: str,
        opts: pulumi.ResourceOptions | None = None,
        *,
        of_queue: bool = False,
        key: Key | None = None,
    ) -> None:
        super().__init__("serverless:infra:DeadLetterQueue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.queue = aws.sqs.Queue(
            name,
            message_retention_seconds=DEAD_LETTER_RETENTION,
            kms_master_key_id=arn_of(key),
            sqs_managed_sse_enabled=None if key else True,
            opts=child,
        )
        _tls_only(name, self.queue, child)
        if not of_queue:
            _redrive_allow(name, self.queue, child, redrivePermission="denyAll")
        self.arn: pulumi.Output[str] = self.queue.arn
        self.name: pulumi.Output[str] = self.queue.name
        self.url: pulumi.Output[str] = self.queue.url
        self.logical_name = name
        self._to_send = _to_send(key, self.queue)
        self.register_outputs({"url": self.url})

    def send(self) -> Grant:
        """``sqs:SendMessage``, for the role that delivers failed events."""
        return Grant(actions=["sqs:SendMessage"], resources=[self.arn], needs=self._to_send)


@dataclass(frozen=True, kw_only=True)
class QueueArgs:
    """The consumer's timeout and batching window, in seconds.

    ``key``: what messages are encrypted with; SQS's if None.
    """

    consumer_timeout: int
    batch_window: int = 0
    key: Key | None = None

    def __post_init__(self) -> None:
        check_integer("consumer_timeout", self.consumer_timeout, 1, _LONGEST_TIMEOUT)
        check_integer("batch_window", self.batch_window, 0, _LONGEST_WINDOW)


class Queue(pulumi.ComponentResource):
    """A queue, encrypted, for TLS only, with a dead-letter queue that only it may use.

    Verbs: ``send``, ``consume``, ``delay``.
    """

    def __init__(
        self, name: str, args: QueueArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        check_name(QUEUE, name, "-dead-letters")
        super().__init__("serverless:infra:Queue", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.dead_letters = DeadLetterQueue(
            f"{name}-dead-letters", child, of_queue=True, key=args.key
        )
        self.queue = aws.sqs.Queue(
            name,
            message_retention_seconds=RETENTION,
            # Leaves Lambda time to retry a throttled batch:
            # https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
            visibility_timeout_seconds=6 * args.consumer_timeout + args.batch_window,
            redrive_policy=json_output(
                {
                    "deadLetterTargetArn": self.dead_letters.arn,
                    "maxReceiveCount": MAX_RECEIVE_COUNT,
                }
            ),
            kms_master_key_id=arn_of(args.key),
            sqs_managed_sse_enabled=None if args.key else True,
            opts=child,
        )
        _tls_only(name, self.queue, child)
        _redrive_allow(
            name,
            self.dead_letters.queue,
            child,
            redrivePermission="byQueue",
            sourceQueueArns=[self.queue.arn],
        )
        self.arn: pulumi.Output[str] = self.queue.arn
        self.name: pulumi.Output[str] = self.queue.name
        self.url: pulumi.Output[str] = self.queue.url
        self._to_send = _to_send(args.key, self.queue)
        self._to_receive = _to_receive(args.key, self.queue)
        self.consumer_timeout = args.consumer_timeout
        self.batch_window = args.batch_window
        self.logical_name = name
        self.register_outputs({"url": self.url})

    def send(self, *, env: str | None = None) -> Grant:
        """``sqs:SendMessage``, one or a batch; ``env`` names the variable for the queue's URL."""
        return self._grant(["SendMessage"], env, self._to_send)

    def delay(self, *, env: str | None = None) -> Grant:
        """``sqs:ChangeMessageVisibility``: choose when a failed message comes back."""
        return self._grant(["ChangeMessageVisibility"], env)

    def consume(self) -> Grant:
        """``sqs:ReceiveMessage``, ``DeleteMessage``, ``GetQueueAttributes``, for a mapping."""
        actions = ["ReceiveMessage", "DeleteMessage", "GetQueueAttributes"]
        return self._grant(actions, None, self._to_receive)

    def _grant(self, actions: list[str], env: str | None, needed: Sequence[Grant] = ()) -> Grant:
        return Grant(
            actions=[f"sqs:{action}" for action in actions],
            resources=[self.arn],
            env=variable(env, self.url),
            needs=needed,
        )


# https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html
def _to_send(key: Key | None, queue: aws.sqs.Queue) -> list[Grant]:
    return needs(key, "sqs", ["Decrypt", "GenerateDataKey"], {"aws:sqs:arn": queue.arn})


def _to_receive(key: Key | None, queue: aws.sqs.Queue) -> list[Grant]:
    return needs(key, "sqs", ["Decrypt"], {"aws:sqs:arn": queue.arn})


def _tls_only(name: str, queue: aws.sqs.Queue, opts: pulumi.ResourceOptions) -> None:
    if statements := tls_only("sqs:*", queue.arn):
        aws.sqs.QueuePolicy(
            f"{name}-policy",
            queue_url=queue.url,
            policy=json_output({"Version": "2012-10-17", "Statement": statements}),
            opts=opts,
        )


def _redrive_allow(
    name: str, dead_letters: aws.sqs.Queue, opts: pulumi.ResourceOptions, **policy: Any
) -> aws.sqs.RedriveAllowPolicy:
    """Set which queues may move messages to a dead-letter queue; by default all may."""
    return aws.sqs.RedriveAllowPolicy(
        f"{name}-redrive",
        queue_url=dead_letters.url,
        redrive_allow_policy=json_output(policy),
        opts=opts,
    )
