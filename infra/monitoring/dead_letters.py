"""The place to which each dead-letter queue's messages return, for ``app redrive``."""

from collections.abc import Mapping, Sequence

import pulumi

from infra.function.image_function import ImageFunction
from infra.storage.queue import DeadLetterQueue, Queue
from infra.triggers.stream_trigger import StreamTrigger

DeadLetters = Mapping[str, Mapping[str, pulumi.Input[str]]]


def dead_letters(
    queues: Sequence[Queue], streams: Sequence[StreamTrigger], functions: Sequence[ImageFunction]
) -> DeadLetters:
    """Return ``url``, ``kind`` and ``target`` of each dead-letter queue, by its logical name.

    The target of kind ``queue`` is the queue's URL; of ``stream`` and ``function``, the ARN of the
    function's alias.
    """
    return dict(
        [
            *(_entry(q.dead_letters, "queue", q.url) for q in queues),
            *(_entry(s.failures, "stream", s.function.alias_arn) for s in streams),
            *(_entry(f.failures, "function", f.alias_arn) for f in functions if f.failures),
        ]
    )


def _entry(
    queue: DeadLetterQueue, kind: str, target: pulumi.Output[str]
) -> tuple[str, Mapping[str, pulumi.Input[str]]]:
    return queue.logical_name, {"url": queue.url, "kind": kind, "target": target}
