"""A trigger that sends the messages of a queue to a function."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.function.image_function import ImageFunction
from infra.storage.queue import Queue


@dataclass(frozen=True, kw_only=True)
class QueueTriggerArgs:
    """``batch_size``: messages per invocation. ``max_concurrency``: 2 to 1,000 invocations."""

    queue: Queue
    function: ImageFunction
    batch_size: int
    max_concurrency: int


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
