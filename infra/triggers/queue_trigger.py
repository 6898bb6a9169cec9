"""A trigger that sends the messages of a queue to a function."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.limits import check_integer
from infra.storage.queue import Queue

# https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html
_MOST_MESSAGES = 10_000
_MOST_WITHOUT_A_WINDOW = 10
# https://docs.aws.amazon.com/lambda/latest/api/API_ScalingConfig.html
_LEAST_CONCURRENCY, _MOST_CONCURRENCY = 2, 1_000


@dataclass(frozen=True, kw_only=True)
class QueueTriggerArgs:
    """``batch_size``: messages per invocation. ``max_concurrency``: 2 to 1,000 invocations.

    A batch of more than 10 messages requires a queue with a ``batch_window``.
    """

    queue: Queue
    function: ImageFunction
    batch_size: int
    max_concurrency: int

    def __post_init__(self) -> None:
        if self.queue.batch_window:
            check_integer("batch_size", self.batch_size, 1, _MOST_MESSAGES)
        else:
            check_integer(
                "batch_size",
                self.batch_size,
                1,
                _MOST_WITHOUT_A_WINDOW,
                f": for more, give the queue {self.queue.logical_name} a batch_window",
            )
        check_integer(
            "max_concurrency", self.max_concurrency, _LEAST_CONCURRENCY, _MOST_CONCURRENCY
        )


class QueueTrigger(pulumi.ComponentResource):
    """Sends batches of messages to a function, which returns the ids of those that failed."""

    def __init__(
        self, name: str, args: QueueTriggerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        if args.function.timeout > args.queue.consumer_timeout:
            raise ValueError(
                f"{args.function.logical_name} may take {args.function.timeout} s and the queue "
                f"{args.queue.logical_name} expects at most {args.queue.consumer_timeout} s: its "
                "messages would come back too early; raise the queue's consumer_timeout"
            )
        super().__init__("serverless:infra:QueueTrigger", name, None, opts)
        self.queue = args.queue
        self.function = args.function
        self.consume = args.function.allow(
            f"{name}-consume", [args.queue.consume()], pulumi.ResourceOptions(parent=self)
        )
        self.mapping = aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=args.queue.arn,
            function_name=args.function.alias_arn,
            batch_size=args.batch_size,
            maximum_batching_window_in_seconds=args.queue.batch_window,
            function_response_types=["ReportBatchItemFailures"],
            scaling_config={"maximum_concurrency": args.max_concurrency},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.consume]),
        )
        self.register_outputs({})
