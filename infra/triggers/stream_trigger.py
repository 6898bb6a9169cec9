"""A trigger that sends the records of a table's stream to a function."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra.config.component_names import QUEUE, check_name
from infra.function.image_function import ImageFunction
from infra.json_text import json_text
from infra.storage.queue import DeadLetterQueue
from infra.storage.table import Table

_BATCH_SIZE = 100  # records
# https://docs.aws.amazon.com/lambda/latest/api/API_Filter.html
_LONGEST_PATTERN = 4_096


@dataclass(frozen=True, kw_only=True)
class StreamTriggerArgs:
    """``pattern``: a Lambda event filter; records that do not match are dropped."""

    table: Table
    function: ImageFunction
    pattern: Mapping[str, Any]

    def __post_init__(self) -> None:
        if not self.table.has_stream:
            raise ValueError(
                f"the table {self.table.logical_name} has no stream; make it with stream=True"
            )
        for path, value in _no_lists(self.pattern):
            raise ValueError(
                f"the pattern's {path} is {value!r}; must be a list of at least one value, such as "
                "['INSERT']"
            )
        if (length := len(json_text(self.pattern))) > _LONGEST_PATTERN:
            raise ValueError(
                f"the pattern has {length} characters; must have at most {_LONGEST_PATTERN:,}"
            )


def _no_lists(pattern: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the values that a pattern compares with and that are no lists, and their paths.

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
    """
    for key, value in pattern.items():
        if isinstance(value, Mapping):
            yield from _no_lists(value, f"{where}{key}.")
        elif not (isinstance(value, list | tuple) and value):
            yield f"{where}{key}", value


class StreamTrigger(pulumi.ComponentResource):
    """Sends matching records of a table's stream to a function, in order.

    Lambda splits a failed batch until the bad record is isolated. After five retries, that record's
    position goes to ``failures`` (the record itself stays in the stream for 24 hours), and the
    stream continues.
    """

    def __init__(
        self, name: str, args: StreamTriggerArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        check_name(QUEUE, name, "-failures")
        super().__init__("serverless:infra:StreamTrigger", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.logical_name = name
        self.function = args.function
        self.failures = DeadLetterQueue(f"{name}-failures", child, key=args.table.key)
        self.consume = args.function.allow(
            f"{name}-consume", [args.table.read_stream(), self.failures.send()], child
        )
        self.mapping = aws.lambda_.EventSourceMapping(
            f"{name}-mapping",
            event_source_arn=args.table.stream_arn,
            function_name=args.function.alias_arn,
            # Not LATEST: records written while the mapping is created would be lost.
            starting_position="TRIM_HORIZON",
            batch_size=_BATCH_SIZE,
            filter_criteria={"filters": [{"pattern": json_text(args.pattern)}]},
            function_response_types=["ReportBatchItemFailures"],
            bisect_batch_on_function_error=True,
            maximum_retry_attempts=5,
            maximum_record_age_in_seconds=24 * 3_600,
            destination_config={"on_failure": {"destination_arn": self.failures.arn}},
            opts=pulumi.ResourceOptions(parent=self, depends_on=[self.consume]),
        )
        self.register_outputs({})
